"""The log itself: its hash chain and its journal."""
