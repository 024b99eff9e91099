"""Exports timelines in other formats: one module per format."""
