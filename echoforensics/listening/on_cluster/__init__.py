"""Listening on other machines."""
