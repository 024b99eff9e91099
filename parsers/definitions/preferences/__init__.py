"""Definitions of Android preferences files."""
