"""The same work on other engines, each in a process of its own."""
