"""Classes of bytes in the patterns of signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def byte_class(values: Iterable[int]) -> bytes:
    """A class of a regular expression that matches these bytes, each 0 to 255, and no other."""
    return b"[" + "".join(f"\\x{value:02x}" for value in sorted(set(values))).encode("ascii") + b"]"
