"""Declared parsers: the definitions themselves, one YAML file each."""
