"""What people type: the `baton` command."""
