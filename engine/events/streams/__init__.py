"""Events of streams of the log that are no workflow's."""
