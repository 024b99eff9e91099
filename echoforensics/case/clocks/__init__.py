"""Clocks: their offsets from the service's or a time server's clock, measured from the evidence itself."""
