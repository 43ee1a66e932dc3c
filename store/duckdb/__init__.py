"""The embedded store: DuckDB behind one writer, with the journal beside it."""
