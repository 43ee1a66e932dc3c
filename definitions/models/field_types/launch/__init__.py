"""Types that only the inputs of a launch have: they choose from the library and the directory."""
