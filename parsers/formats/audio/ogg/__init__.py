"""Ogg: its pages, the codings found in them, and what a recording in it is."""
