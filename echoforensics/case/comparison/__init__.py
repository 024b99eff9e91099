"""Comparing two cases of the same evidence record by record, and mapping the exhibits of one to the other's."""
