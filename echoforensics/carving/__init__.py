"""Finds recordings and records by their own bytes, wherever they lie on the media."""
