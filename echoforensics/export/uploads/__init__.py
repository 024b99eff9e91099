"""Uploads a timeline to a server."""
