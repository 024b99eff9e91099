"""Interactions: grouping the records of each time that somebody, or something, spoke to the device."""
