"""Ogg: pages, codings, and the description of a recording."""
