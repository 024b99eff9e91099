"""EROFS, the read-only file system of the system partitions of newer Android devices."""
