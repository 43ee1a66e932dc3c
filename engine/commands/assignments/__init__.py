"""What is done to an assignment besides answering it: by the manager, about one that is asked of somebody."""
