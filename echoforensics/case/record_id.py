"""The id of a record, ``REC-`` and 20 hexadecimal digits.

It is made from the content of the file, the place in it and the parser, not from the file's location or the
record's wording. So the same file gives the same ids in a folder, an archive or an image. A copied file gives no
new records but further places of the same ones.
"""

from __future__ import annotations

import hashlib

PREFIX = "REC-"
DIGITS = 20


def record_id(sha256: str, parser: str, locator: str, number: int, statement: str = "") -> str:
    """The id of a record.

    Args:
        sha256: SHA-256 of the file that the locator is in.
        parser: name of the parser that made the record.
        locator: the record's locator.
        number: see :class:`RecordNumbers`.
        statement: the record's content, where another record of the same place differs: some parsers read the
            file's name too, and a copy may have another. Empty otherwise.
    """
    return PREFIX + made_id(sha256, parser, locator, number, statement).hex()


def made_id(sha256: str, parser: str, locator: str, number: int, statement: str = "") -> bytes:
    """The same as stored in the tables."""
    parts = [sha256, parser, locator, str(number), *([statement] if statement else [])]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[: DIGITS // 2]


def stored_id(name: str) -> bytes:
    """A record's id as stored in the tables: its digits as bytes."""
    return bytes.fromhex(name.removeprefix(PREFIX))


class RecordNumbers:
    """Numbers the records of one place: several may follow each other at one locator."""

    def __init__(self) -> None:
        self._last: tuple[str, str, str] | None = None
        self._number: int

    def number(self, sha256: str, parser: str, locator: str) -> int:
        """Number of records of the same file, parser and locator directly before this one."""
        place = (sha256, parser, locator)
        self._number = self._number + 1 if place == self._last else 0
        self._last = place
        return self._number
