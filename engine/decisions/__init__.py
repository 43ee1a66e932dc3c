"""What follows from the facts and the time: opening, chasing, closing, sending back."""
