"""How expressions and templates are worked out: a small interpreter over Jinja2's syntax, in which every step counts."""
