"""What expressions of a definition see, and their evaluation where an assignment stands."""
