"""The two caches of Chromium."""
