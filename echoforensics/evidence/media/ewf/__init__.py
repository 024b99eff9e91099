"""EWF (E01) images, read by our own code."""
