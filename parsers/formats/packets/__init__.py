"""Packet captures: detection without reassembling their packets."""
