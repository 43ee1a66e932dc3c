"""The clock, the working calendar, and what a phrase of dates comes to."""
