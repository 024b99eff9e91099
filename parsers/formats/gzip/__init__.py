"""gzip: reading member by member."""
