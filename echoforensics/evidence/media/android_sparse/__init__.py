"""Android sparse images."""
