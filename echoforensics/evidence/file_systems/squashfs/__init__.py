"""squashfs, read by our own code."""
