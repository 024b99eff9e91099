"""Artefacts on Echo devices."""
