"""Android's preferences files."""
