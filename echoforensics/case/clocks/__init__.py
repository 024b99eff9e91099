"""Clocks: how far each was from the service's or a time server's, by what the evidence itself holds."""
