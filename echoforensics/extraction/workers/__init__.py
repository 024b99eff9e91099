"""Parsing in several processes, none of which writes to the case."""
