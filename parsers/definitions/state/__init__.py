"""Definitions of small state files of a device."""
