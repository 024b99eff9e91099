"""FAT: the allocation table, for checking deleted files, and long names."""
