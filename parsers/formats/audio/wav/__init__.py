"""RIFF/WAVE: chunks, tags, and the description of a recording."""
