"""Readers of file systems, and the names of those that are recognised but not supported."""
