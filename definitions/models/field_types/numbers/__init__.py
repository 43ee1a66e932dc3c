"""Types whose value is a number."""
