"""What is whole of a damaged store, and how it is made again."""
