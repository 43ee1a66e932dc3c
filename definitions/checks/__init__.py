"""Whether what was written makes sense: shapes, names, steps, forms, order."""
