"""File systems: readers, and the names of those that are known but not read."""
