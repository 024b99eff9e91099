"""FLAC: its metadata, its frames, and what a recording made of them is."""
