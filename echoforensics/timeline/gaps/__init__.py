"""Gaps: what is missing from a case, as far as its contents show."""
