"""What can happen, as frozen values, and their bytes."""
