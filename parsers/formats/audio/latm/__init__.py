"""AAC in LATM with the synchronisation of LOAS: its frames, and what a recording made of them is."""
