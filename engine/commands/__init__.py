"""What people may do to a workflow: each command gives the events it comes to, or refuses with a reason."""
