"""Kinds that the engine does by itself, at once, with nobody asked."""
