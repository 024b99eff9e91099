"""The message log of the first-generation Echo: wake words, near misses, audio streams."""
