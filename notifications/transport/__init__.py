"""How an email leaves: SMTP, or the mailbox on this machine."""
