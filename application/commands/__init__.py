"""Every command as somebody gives it: what it asks, previewed, once for each key. The API, `baton` and pages are made from these."""
