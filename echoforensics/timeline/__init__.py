"""Records joined, numbered as rows, and asked for."""
