"""Interactions: which records are about one time at which somebody, or something, spoke to the device."""
