"""How fast Baton is, beside the budgets of its design and beside other engines: `python -m benchmarks`."""
