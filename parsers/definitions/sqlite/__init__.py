"""Definitions of tables of SQLite databases."""
