"""AIFF and AIFF-C: what a recording in such a file is."""
