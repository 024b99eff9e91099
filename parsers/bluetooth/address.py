"""Bluetooth addresses, as text and as folder names that copying may have changed."""

from __future__ import annotations

import re

# Windows file names cannot contain colons: copies use "_" or "-", some tools U+F03A or "%3A".
_SEPARATOR = "(?:[:_\\-\uf03a]|%3[Aa])"
_OCTET = "[0-9A-Fa-f]{2}"
_ADDRESS = re.compile(f"(?:{_OCTET}{_SEPARATOR}){{5}}{_OCTET}")
_SEPARATORS = re.compile(_SEPARATOR)


def address(text: str) -> str | None:
    """Normalise an address to upper case with colons; None if it is not an address."""
    if _ADDRESS.fullmatch(text) is None:
        return None
    return _SEPARATORS.sub(":", text).upper()


def key(of: str) -> str:
    """The key that records of one Bluetooth device share.

    Args:
        of: an address as :func:`address` returns it.
    """
    return f"bluetooth:{of}"
