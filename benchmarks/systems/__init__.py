"""What is measured on: a made-up network, a served and an embedded Baton over it, and clients that answer."""
