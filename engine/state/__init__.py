"""The state of a workflow: what its events come to."""
