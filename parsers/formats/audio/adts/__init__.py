"""AAC in ADTS: its frames, and what a recording made of them is."""
