"""Definitions of parsers that need no code; read by :mod:`parsers.definition`."""
