"""Where Baton runs: its home folder, its threads, and what of it does not work just now."""
