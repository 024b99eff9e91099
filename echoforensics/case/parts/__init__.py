"""Puts what a part of a case holds into another case."""
