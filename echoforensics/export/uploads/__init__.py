"""Sending a timeline to a server."""
