"""JSON, whole and damaged."""
