"""Defines an entry, a file in the evidence, and the container that holds entries."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, ClassVar, NamedTuple

#: Separates the path of a container from the path inside it.
INSIDE = "!/"

#: What reading damaged or hostile evidence may raise. Any other exception is a bug in this program.
READ_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,  # zipfile: a compression method it does not know
)


class ContentError(OSError):
    """Content was read as far as possible, and something is wrong with it; the message is a whole sentence.

    Attributes:
        damaged: whether the bytes read may differ from those stored: a checksum does not match, or the compressed data
            broke off where it was damaged.
    """

    def __init__(self, what: str, *, damaged: bool) -> None:
        super().__init__(what)
        self.damaged = damaged


class EntryKind(StrEnum):
    """The kind of an entry."""

    FILE = "file"
    LINK = "link"
    OTHER = "other"


class EntryState(StrEnum):
    """Whether the file system lists an entry as present, or it was recovered without one, or it is damaged."""

    ALLOCATED = "allocated"
    DELETED = "deleted"
    CARVED = "carved"
    DAMAGED = "damaged"


@dataclass(slots=True)
class Entry:
    """One file in a container. Entries are never changed after creation.

    The class is not frozen, because creating a frozen object takes four times as long and every file has one.

    Attributes:
        path: path inside the container, ``/`` between folders, no leading ``/``.
        address: identifies the entry in its container (see :meth:`Container.open`); unique there.
        size: length in bytes as the container states it; None if it states none.
        opener: opens the content from its start; None if there is no content.
        kind: file, link or other.
        state: allocated, deleted, carved or damaged.
        note: the reason for the state, the target of a link, or why there is no content.
        times: the container's own times for the entry, by name, as recorded, with the zone if known.
        seekable: whether the stream from ``opener`` is cheap to seek and can be opened at any time; if not, it must be
            read before the next entry is requested.
        once: whether it can be opened only once, for example in a stream that is read forward.
        mode: POSIX permission bits (with setuid, setgid and sticky) as the container states them; None if it states
            none, or states values that the file system does not store.
        extents: returns where the content lies on the media (in the volume, for an entry of a file system), (byte
            offset, length in bytes) in order; None if that is unknown, or the content is not stored there verbatim. May
            raise one of READ_ERRORS.
        location: returns the file itself if the entry is a file on the local disk, next to its companion files.
    """

    path: str
    address: str
    size: int | None
    opener: Callable[[], BinaryIO] | None
    kind: EntryKind = EntryKind.FILE
    state: EntryState = EntryState.ALLOCATED
    note: str = ""
    times: Mapping[str, str] = field(default_factory=dict)
    seekable: bool = True
    mode: int | None = None
    extents: Callable[[], list[tuple[int, int]]] | None = None
    location: Callable[[], Path] | None = None
    once: bool = False


class EvidenceIssue(NamedTuple):
    """A part of a container that could not be read.

    Attributes:
        path: the path inside the container; empty for the container itself.
        what: one sentence.
        damaged: whether the bytes read from the container may differ from those stored (see :class:`ContentError`).
    """

    path: str
    what: str
    damaged: bool = False


class Padding:
    """Records whether other data follows compressed data, which is known only after reading to the end."""

    def __init__(self) -> None:
        self._found = False

    def __bool__(self) -> bool:
        """Whether other data follows."""
        return self._found

    def found(self) -> None:
        """Record that other data follows."""
        self._found = True


class Container(ABC):
    """Something that holds entries.

    Attributes:
        seekable: whether its entries' streams are cheap to seek (see :class:`Entry`).
        padding: for data compressed as a whole, whether other data follows it.
    """

    seekable: ClassVar[bool] = True
    padding: Padding | None = None

    @abstractmethod
    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every entry, in an order that depends only on the content. Never raises READ_ERRORS."""

    @abstractmethod
    def open(self, address: str) -> BinaryIO:
        """Open an entry by its address. Raises one of READ_ERRORS, or KeyError if there is no such entry."""

    def close(self) -> None:  # noqa: B027 (most containers hold nothing to close)
        """Release everything the container holds open."""


def member_address(place: int, name: str, path: str) -> str:
    """Return the address of an archive member: its position, and its stored name if the displayed path differs.

    Args:
        place: identifies it in the archive.
        name: the name in the archive; bytes that are not UTF-8 appear as surrogates.
        path: the displayed path.
    """
    return str(place) if name == path else f"{place}@{name.encode('utf-8', 'surrogateescape').hex()}"


def member_name(address: str, path: str) -> str | None:
    """Return the name in the archive. None if it is not UTF-8."""
    _, at, written = address.partition("@")
    if not at:
        return path
    try:
        return bytes.fromhex(written).decode()
    except ValueError:
        return None


def utc_text(seconds: float) -> str:
    """Format a time in seconds since 1970 in UTC; the bare number if it is outside the calendar's range."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds since 1970"


def text_of(name: bytes) -> str:
    """Decode a file name. Bytes that are not UTF-8 appear as ``\\xNN``, so that no name is lost or invalid."""
    return name.decode("utf-8", "backslashreplace")
