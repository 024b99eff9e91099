"""Text that SQLite and UTF-8 files can store."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """Text with lone surrogates written out as ``\\uXXXX``: names in evidence need not be UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def storable_detail(value: Any) -> Any:
    """A detail with storable texts: file names need not be UTF-8."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): storable_detail(item) for key, item in value.items()}
    return [storable_detail(item) for item in value] if isinstance(value, list) else value
