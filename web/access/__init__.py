"""Who may come in, and how often: headers, limits, tokens."""
