"""Signed statements about keys and hand-overs: certificates of keys, and custody transfers."""
