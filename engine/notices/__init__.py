"""What people are told: from an event, the notices it calls for."""
