"""Marks that reviewers made in a report: read from a file, and added to the case."""
