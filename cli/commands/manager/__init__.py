"""What a manager types: what needs them, what can be launched, and every command."""
