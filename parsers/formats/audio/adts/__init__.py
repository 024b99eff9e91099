"""AAC in ADTS: frames, and the description of a recording."""
