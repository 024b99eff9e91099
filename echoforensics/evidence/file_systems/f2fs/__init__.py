"""F2FS, read by this program's own code."""
