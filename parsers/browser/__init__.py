"""Caches of browsers, WebViews and apps."""
