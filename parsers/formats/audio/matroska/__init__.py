"""Matroska and WebM: their elements, tracks and tags, and what a recording in them is."""
