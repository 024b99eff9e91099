"""Identify the kind of an answer, and read answers of unknown kind."""
