"""F2FS, read by our own code."""
