"""The small languages inside a definition's strings: dates, expressions, templates, and what they may call."""
