"""Captures of packets: what can be mentioned one without putting its packets together."""
