"""Extraction of evidence into records: take in, read, match, parse, join, number, seal."""
