"""Comparing several sealed cases: what they have in common. Nothing is copied between them."""
