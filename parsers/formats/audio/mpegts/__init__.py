"""MPEG transport streams: their packets and tables, and what the sound in them is."""
