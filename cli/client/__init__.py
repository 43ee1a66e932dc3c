"""Talking to a running Baton, or to its store when none runs."""
