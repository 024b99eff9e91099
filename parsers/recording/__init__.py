"""Recordings: audio files as evidence."""
