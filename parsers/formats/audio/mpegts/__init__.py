"""MPEG transport streams: packets, tables, and the description of their sound."""
