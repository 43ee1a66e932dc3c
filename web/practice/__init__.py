"""What a practice sees behind a link."""
