"""The way from evidence to records: take in, read, match, parse, join, number, seal."""
