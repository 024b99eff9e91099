"""Definitions of tables in SQLite databases, which need no code; read by :mod:`parsers.definition`."""
