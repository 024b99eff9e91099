"""Definitions of what preferences files of Android apps say, one YAML file each (see :mod:`parsers.definition`)."""
