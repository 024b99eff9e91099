"""The full-text index of a case."""
