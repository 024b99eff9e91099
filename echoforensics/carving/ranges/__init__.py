"""Carves a source in ranges that several processes search."""
