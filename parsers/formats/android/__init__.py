"""Android preferences files."""
