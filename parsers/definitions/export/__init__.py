"""Definitions of tables of a data export."""
