"""AAC in LATM with LOAS synchronisation: frames, and the description of a recording."""
