"""What happened: the event log, its projections, the journal, the audit."""
