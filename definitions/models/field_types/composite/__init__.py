"""Types asked in several boxes, or with something beside the value: a date, a ratio, a table, a file, an attestation."""
