"""Who acts, as far as what they hold proves it, and what they may do and see."""
