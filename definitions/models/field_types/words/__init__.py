"""Types whose value is words: a text, a name, a code, an address."""
