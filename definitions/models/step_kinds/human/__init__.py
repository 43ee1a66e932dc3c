"""Kinds that people answer."""
