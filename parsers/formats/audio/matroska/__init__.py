"""Matroska and WebM: elements, tracks, tags, and the description of a recording."""
