"""Captures of packets: what can be told of one without putting its packets together."""
