"""FLAC: metadata, frames, and the description of a recording."""
