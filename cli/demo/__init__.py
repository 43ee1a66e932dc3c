"""`make demo`: three processes of one made-up PCN on the real stack."""
