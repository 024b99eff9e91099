"""FAT: the table, to check deleted files against."""
