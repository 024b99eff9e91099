"""Readers of public formats, each written once, used by parsers and by carving alike."""
