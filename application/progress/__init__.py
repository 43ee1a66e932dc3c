"""What goes on by itself: workflows advance, children start and are heard of, launches come due, the post is delivered."""
