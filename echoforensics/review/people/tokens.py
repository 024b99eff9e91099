"""Secrets that are given out once, and kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A text of 256 bits drawn at random, which an address or a cookie takes as it is."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256, as hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_id() -> str:
    """A new id: 96 bits drawn at random, as hexadecimal."""
    return secrets.token_hex(12)
