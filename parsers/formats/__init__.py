"""Readers of public formats, shared by parsers and carving."""
