"""Rows of the lists: to columns and back, into the file, and those that the writer has at hand."""
