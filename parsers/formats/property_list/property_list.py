"""Read Apple property lists, binary and XML, within limits.

A binary list may refer to one object many times, or to itself: values are copied within a budget, so reading always
ends. Dates are UTC, as the format defines.

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
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from parsers.parser import Source
from parsers.record import Issue
from parsers.secret import is_secret_name, without_secrets

#: Limit on the length of a file: a binary list may hold an object in each byte.
MAX_BYTES = 32 * 1024 * 1024
MAX_BINARY_BYTES = 16 * 1024 * 1024
#: Limits on the values copied, their depth, and the dates reported.
MAX_VALUES = 20_000
MAX_DEPTH = 12
MAX_DATES = 100
MAGIC = b"bplist00"
_EXCERPT = 64
_MIN_DIGEST = 32
#: Exceptions of plistlib for files that are damaged or not property lists.
_ERRORS = (
    plistlib.InvalidFileException, ExpatError, ValueError, AttributeError, LookupError, TypeError, OverflowError,
    RecursionError, struct.error, MemoryError,
)  # fmt: skip


class Date(NamedTuple):
    """A date in a list: the path to it, and the time in UTC."""

    path: str
    when: datetime

    @property
    def recorded(self) -> str:
        """The date as an XML list writes it."""
        return iso(self.when)


@dataclass(slots=True)
class PropertyList:
    """A list's content as plain values and bytes, within the budget; dates are text.

    Attributes:
        values: the outermost dictionary; empty if there is none.
        dates: its dates, in list order.
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
    """Whether a file begins like a binary or XML property list."""
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
    """Append a name to a path."""
    return f"{path}/{name}"[:200] if path else name[:200]


def iso(when: datetime) -> str:
    """Format a date as an XML list writes it."""
    return when.replace(tzinfo=None).isoformat() + "Z"


def record_value(value: object, name: str = "") -> object:
    """Prepare a value for a record: bytes and secrets are replaced by descriptions.

    Args:
        value: a value from :attr:`PropertyList.values`.
        name: its key. Everything below a secret's key is a secret.
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
    """Describe bytes by their number and SHA-256. Short ones that are not secret are shown."""
    text = f"{len(content)} byte{'' if len(content) == 1 else 's'}"
    if len(content) >= _MIN_DIGEST:
        return f"{text}, SHA-256 {hashlib.sha256(content).hexdigest()}"
    # A digest of a few secret bytes would reveal them.
    return text if secret or not content else f"{text}: {content.hex()}"
