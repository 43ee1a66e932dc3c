"""What an email says, and its bytes."""
