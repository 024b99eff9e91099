"""Stored interactions and gaps of a case, and the records that they are made from."""
