"""Who does it, and when: Prefect flows, waiting, the worker."""
