"""What happens next: pure functions from state, facts and now to events."""
