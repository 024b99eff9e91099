"""Recordings: what an audio container says of itself, and whether it is whole."""
