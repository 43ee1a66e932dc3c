"""Forms: laid out, shown, and their answers read and checked."""
