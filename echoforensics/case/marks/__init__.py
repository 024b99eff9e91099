"""Marks that reviewers made in a report: reading their file, and adding them to the case."""
