"""Declared parsers: read and check their definitions, and make records from them."""
