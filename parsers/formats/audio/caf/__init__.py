"""CAF (Core Audio Format): what a recording in such a file is."""
