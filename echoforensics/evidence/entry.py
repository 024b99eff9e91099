"""A file as it is in the evidence, and a container that holds such files."""

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
from typing import BinaryIO, ClassVar

#: Between the path of a container and the path of what is in it.
INSIDE = "!/"

#: What reading damaged or hostile evidence may raise. Anything else is a defect of this program.
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
    """All that can be read of some content was given, and something is wrong with it; the text is a whole sentence.

    Attributes:
        damaged: whether what was given may differ from what was stored: a checksum over it does not match, or the
            compressed data broke off where it was damaged.
    """

    def __init__(self, what: str, *, damaged: bool) -> None:
        super().__init__(what)
        self.damaged = damaged


class EntryKind(StrEnum):
    """What an entry is."""

    FILE = "file"
    LINK = "link"
    OTHER = "other"


class EntryState(StrEnum):
    """Whether the file system still counts an entry as present, whether it was found without one, or is damaged."""

    ALLOCATED = "allocated"
    DELETED = "deleted"
    CARVED = "carved"
    DAMAGED = "damaged"


@dataclass(slots=True)
class Entry:
    """One file in a container. It is never changed once it is made.

    It is not frozen anyway: a frozen one takes four times as long to make, and there is one for every file.

    Attributes:
        path: path inside the container, ``/`` between folders, no leading ``/``.
        address: finds the entry again in its container (see :meth:`Container.open`); unique there.
        size: length in bytes as the container states it; None if it does not.
        opener: opens the content from its start; None if there is nothing to open.
        kind: file, link or other.
        state: allocated, deleted, carved or damaged.
        note: why the state is believed, where a link leads, or why there is no content.
        times: the container's own times for the entry, by name, as recorded, with the zone where known.
        seekable: whether what ``opener`` gives can be sought in cheaply and opened at any time; if not, it
            must be read before the next entry is asked for.
        once: whether it can be opened only once, as what is in a stream that is read forward.
        mode: POSIX permission bits (with setuid, setgid and sticky) as the container states them; None if it
            states none, or states what the file system does not keep.
        extents: gives where on the media the content lies, (byte offset, length in bytes) in order; None if it
            is not known, or the content does not lie there as it is. May raise one of READ_ERRORS.
        location: the file itself, where the entry is one on this machine's disk, with what belongs to it beside it.
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
    location: Path | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceIssue:
    """A part of a container that could not be read.

    Attributes:
        path: what could not be read, inside the container; empty for the container itself.
        what: one sentence.
        damaged: whether what was read of the container may differ from what was stored (see :class:`ContentError`).
    """

    path: str
    what: str
    damaged: bool = False


class Padding:
    """Whether anything but compressed data follows compressed data, which is known when it has been read to its end."""

    def __init__(self) -> None:
        self._found = False

    def __bool__(self) -> bool:
        """Whether something follows."""
        return self._found

    def found(self) -> None:
        """Note that something follows."""
        self._found = True


class Container(ABC):
    """Something that holds entries.

    Attributes:
        seekable: whether its entries' streams can be sought in cheaply (see :class:`Entry`).
        padding: of what is compressed as a whole: whether something else follows it.
    """

    seekable: ClassVar[bool] = True
    padding: Padding | None = None

    @abstractmethod
    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Every entry, in an order that depends on nothing but the content. Never raises READ_ERRORS."""

    @abstractmethod
    def open(self, address: str) -> BinaryIO:
        """Open one entry again, by its address. Raises one of READ_ERRORS, or KeyError if there is none."""

    def close(self) -> None:  # noqa: B027 (most containers hold nothing to close)
        """Let go of what the container holds open."""


def member_address(place: int, name: str, path: str) -> str:
    """The address of an archive's member: its place, and its name where the path shows it otherwise.

    Args:
        place: what finds it in the archive.
        name: as the archive writes it; may hold what is not UTF-8, as surrogates.
        path: as it is shown.
    """
    return str(place) if name == path else f"{place}@{name.encode('utf-8', 'surrogateescape').hex()}"


def member_name(address: str, path: str) -> str | None:
    """The name as the archive writes it; None if it is not UTF-8."""
    _, at, written = address.partition("@")
    if not at:
        return path
    try:
        return bytes.fromhex(written).decode()
    except ValueError:
        return None


def utc_text(seconds: float) -> str:
    """A time that a container keeps in seconds since 1970, in UTC; the number itself where no calendar reaches it."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds since 1970"


def text_of(name: bytes) -> str:
    """A file name as text. Bytes that are not UTF-8 are shown as ``\\xNN``, so that no name is lost or invalid."""
    return name.decode("utf-8", "backslashreplace")
