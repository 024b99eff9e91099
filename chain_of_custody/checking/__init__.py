"""Checks sealed folders: the source they are read from, and the individual checks."""
