"""Parsing in several processes, of which none writes to the case."""
