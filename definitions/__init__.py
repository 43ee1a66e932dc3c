"""What a process is: the language, its loader, and the library of processes."""
