"""What people are told: composing, digest, delivery over SMTP."""
