"""Secrets that are handed out once, and stored only as hashes."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A random text of 256 bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """The stored form of a token: its SHA-256, as hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_id() -> str:
    """A new id: 96 random bits, as hexadecimal."""
    return secrets.token_hex(12)
