"""INI files."""
