"""The directory in use: as the log has it, changed by whoever may, and the file it begins with."""
