"""Who is asked, who may see, whom a notice reaches, and how many are enough."""
