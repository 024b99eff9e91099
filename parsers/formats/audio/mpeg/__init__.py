"""MPEG audio (MP3): its frames, the note in the first of them, and what a recording made of them is."""
