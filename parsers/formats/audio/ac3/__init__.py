"""AC-3 and E-AC-3: their frames, and what a recording made of them is."""
