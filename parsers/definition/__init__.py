"""Declared parsers: reading and checking their definitions, and making records by them."""
