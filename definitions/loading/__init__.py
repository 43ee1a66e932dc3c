"""Files to definitions, directories, closures, scenarios and bundles."""
