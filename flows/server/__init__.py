"""Prefect's server as a child of this process."""
