"""What was written, as pydantic models."""
