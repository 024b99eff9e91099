"""Definitions of the tables of a data export; read by :mod:`parsers.cloud.export_definition`."""
