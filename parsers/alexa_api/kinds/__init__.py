"""Kinds of answers that need code, one module a kind."""
