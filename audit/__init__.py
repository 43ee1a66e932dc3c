"""What can be proved: the story of a workflow, and the verification of its log."""
