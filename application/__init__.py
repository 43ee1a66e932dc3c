"""What may be done: commands, launches, the schedule, and the runtime that the flows ask; no Prefect, no HTTP."""
