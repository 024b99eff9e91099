"""Chromium's two cache formats."""
