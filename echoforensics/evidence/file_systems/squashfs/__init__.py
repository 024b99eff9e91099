"""squashfs, read by this program's own code."""
