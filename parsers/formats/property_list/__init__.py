"""Apple property lists."""
