"""MPEG audio (MP3): frames, encoder tag, and the description of a recording."""
