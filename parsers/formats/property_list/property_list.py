"""Apple property lists, binary and XML, read within bounds.

A binary list may name one object in many places, or within itself: values are copied with a budget, not followed
without end. Dates are UTC, as the format has them.

References:
    The format: ``plistlib`` of Python's standard library; Apple CFBinaryPList.c.
"""

from __future__ import annotations

import hashlib
import math
import plistlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers.expat import ExpatError

from parsers.parser import Source
from parsers.record import Issue
from parsers.secret import is_secret_name, without_secrets

#: A longer file is not read: a binary list may hold an object in each byte.
MAX_BYTES = 32 * 1024 * 1024
MAX_BINARY_BYTES = 16 * 1024 * 1024
#: At most this many values are copied, down to this depth, and this many dates are reported.
MAX_VALUES = 20_000
MAX_DEPTH = 12
MAX_DATES = 100
MAGIC = b"bplist00"
_EXCERPT = 64
_MIN_DIGEST = 32
#: What plistlib raises on files that are not property lists, or are damaged.
_ERRORS = (
    plistlib.InvalidFileException, ExpatError, ValueError, AttributeError, LookupError, TypeError, OverflowError,
    RecursionError, struct.error, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a list: the names that lead to it, and the time in UTC."""

    path: str
    when: datetime

    @property
    def recorded(self) -> str:
        """As an XML list writes it."""
        return iso(self.when)


@dataclass(slots=True)
class PropertyList:
    """A list's content as plain values and bytes, as far as the budget goes; dates as text.

    Attributes:
        values: the outermost dictionary; empty if there is none.
        dates: its dates, in the list's order.
        issues: what is wrong with the file.
    """

    values: dict[str, object] = field(default_factory=dict)
    dates: list[Date] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    _left: int = MAX_VALUES
    _deep: bool = False

    def take(self, content: dict[object, object]) -> None:
        """Copy a decoded dictionary."""
        copied = self._plain(content, "", 0)
        self.values = copied if isinstance(copied, dict) else {}
        if self._left <= 0:
            self.issues.append(Issue(f"The property list has more than {MAX_VALUES} values; the others were not read."))
        if self._deep:
            self.issues.append(
                Issue(f"The property list is nested deeper than {MAX_DEPTH} levels; what is deeper was not read.")
            )

    def _plain(self, value: object, path: str, depth: int) -> object:
        self._left -= 1
        if isinstance(value, (dict, list)):
            if depth >= MAX_DEPTH:
                self._deep = self._deep or bool(value)
                return None
            if isinstance(value, dict):
                return {name: self._plain(item, join(path, name), depth + 1) for name, item in self._items(value)}
            return [self._plain(item, path, depth + 1) for item in self._within(value)]
        if isinstance(value, datetime):
            if len(self.dates) < MAX_DATES:
                self.dates.append(Date(path, value))
            return iso(value)
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value if isinstance(value, (str, int, float, bytes)) or value is None else str(value)

    def _items(self, value: dict[object, object]) -> Iterator[tuple[str, object]]:
        for name, item in value.items():
            if self._left <= 0:
                return
            yield str(name), item

    def _within(self, value: list[object]) -> Iterator[object]:
        for item in value:
            if self._left <= 0:
                return
            yield item


def looks_like(head: bytes) -> bool:
    """Whether a file begins as a binary or an XML property list does."""
    return head.startswith(MAGIC) or (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<plist" in head[:1024])


def load(source: Source) -> PropertyList:
    """Read a file whose outermost value is a dictionary.

    Raises:
        OSError: the evidence cannot be read.
    """
    made = PropertyList()
    most = MAX_BINARY_BYTES if source.head.startswith(MAGIC) else MAX_BYTES
    if source.size > most:
        made.issues.append(Issue(f"The file is longer than {most} bytes ({source.size}): it was not read."))
        return made
    with source.open() as stream:
        content = stream.read(most)
    try:
        decoded = plistlib.loads(content)
    except _ERRORS as error:
        what = f"The property list is damaged and was not read ({str(error)[:120] or type(error).__name__})."
        made.issues.append(Issue(what, "", content[:_EXCERPT]))
        return made
    if isinstance(decoded, dict):
        made.take(decoded)
    else:
        made.issues.append(Issue("The property list holds no dictionary.", "", content[:_EXCERPT]))
    return made


def join(path: str, name: str) -> str:
    """A path with one more name."""
    return f"{path}/{name}"[:200] if path else name[:200]


def iso(when: datetime) -> str:
    """A date as an XML list writes it."""
    return when.replace(tzinfo=None).isoformat() + "Z"


def record_value(value: object, name: str = "") -> object:
    """A value as a record may keep it: bytes and secrets are replaced by their description.

    Args:
        value: of :attr:`PropertyList.values`.
        name: the key it is under. Everything below a secret's key is a secret.
    """
    if isinstance(value, dict):
        inherited = f"{name} " if is_secret_name(name) else ""
        return {key: record_value(item, f"{inherited}{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [record_value(item, name) for item in value]
    if isinstance(value, bytes):
        return described(value, secret=is_secret_name(name))
    return without_secrets(value, name)


def described(content: bytes, *, secret: bool) -> str:
    """A description of bytes: their number and SHA-256; where they are few and no secret, the bytes themselves."""
    text = f"{len(content)} byte{'' if len(content) == 1 else 's'}"
    if len(content) >= _MIN_DIGEST:
        return f"{text}, SHA-256 {hashlib.sha256(content).hexdigest()}"
    # Of a few secret bytes a digest would be as good as the bytes.
    return text if secret or not content else f"{text}: {content.hex()}"
