"""AIFF and AIFF-C: the description of a recording."""
