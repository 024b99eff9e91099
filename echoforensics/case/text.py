"""Text as SQLite and UTF-8 files can hold it."""

from __future__ import annotations


def storable(text: str) -> str:
    """Text with lone surrogates written out as ``\\uXXXX``: names in evidence need not be UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
