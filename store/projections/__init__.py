"""From events to the rows that lists show."""
