"""What people see: the response page and the REST API."""
