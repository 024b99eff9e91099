"""Draws a picture of a timeline."""
