"""Kinds of answers that need code, one module per kind."""
