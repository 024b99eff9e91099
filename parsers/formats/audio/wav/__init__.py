"""RIFF/WAVE: its chunks, its tags, and what a recording in it is."""
