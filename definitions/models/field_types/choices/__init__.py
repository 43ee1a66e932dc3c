"""Types whose value is chosen from what is offered."""
