"""What an auditor sees."""
