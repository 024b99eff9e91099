"""The parser interface: a name, a description, a claim on a file, and the records found in it."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import BinaryIO, ClassVar

from parsers.encoding import as_utf8, wide_encoding
from parsers.record import Issue, Record

#: The number of bytes at the start of a file that a parser may check before it claims the file.
HEAD_SIZE = 65536

#: What a parser may hand on to readers with their own names, versions and data types.
ANSWERS = "answers of the Alexa service"
EXPORT_TABLES = "tables of data exports"
PREFERENCES = "values of preferences files"
STATE_FILES = "state files"
TABLES = "tables of SQLite databases"
HANDED_ON = (ANSWERS, EXPORT_TABLES, PREFERENCES, STATE_FILES, TABLES)

_TEXT_SAMPLE = 1024
#: One byte in this many may be a control character: a damaged line, a stray byte before the text.
_TEXT_SHARE = 25
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b") + b"\x7f"
#: How archives begin. Uncompressed members look like text, but are read as separate files.
_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"!<arch>\n", b"070701", b"070702",
    b"070707",
)  # fmt: skip
_TAR = slice(257, 262)


@dataclass(frozen=True, slots=True)
class About:
    """A parser's human-readable description, shown by ``echoforensics parsers`` and in the report's method section.

    Attributes:
        title: the artefact, in a few words.
        data_types: the data types of its own records.
        hands_on: what it hands on to readers with their own names: some of :data:`HANDED_ON`.
        known_by: the signatures, headers and paths that identify the artefact, one per line.
        shows: what the artefact shows, in plain words.
        does_not_show: what must not be concluded from it.
        validated_on: devices, apps and firmware versions whose real files were read, with their source.
        limits: known limits.
        references: the sources of the format knowledge.
    """

    title: str
    data_types: tuple[str, ...]
    known_by: tuple[str, ...]
    shows: str
    does_not_show: str
    validated_on: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    hands_on: tuple[str, ...] = ()


def _nothing(_path: str) -> None:
    """The lookup for a file without neighbours: always None."""


@lru_cache(maxsize=16)
def _last_part(path: str) -> str:
    """The last part of a path, cached because each parser that is offered a file asks for it."""
    return path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Source:
    """One file as a parser sees it.

    Attributes:
        path: the path inside the evidence, with ``/`` between folders; only a hint, since exports are renamed.
        size: the length in bytes.
        head: the first :data:`HEAD_SIZE` bytes (the whole content if shorter).
        opener: opens the content for reading, seekable, at its start. Each call opens it again.
        neighbour: returns another file by its full path, or None (see :meth:`beside`).
        mode: POSIX permission bits as stated by the container, or None.
        names: the names of the Alexa service in the whole file, each one of
            ``parsers.alexa_api.items.service_names.KINDS``. Empty if there are none, and while only the
            head has been read: a file that no parser claims by its head is offered again once it has been read fully.
    """

    path: str
    size: int
    head: bytes
    opener: Callable[[], BinaryIO]
    neighbour: Callable[[str], Source | None] = _nothing
    mode: int | None = None
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return _last_part(self.path)

    @property
    def folder(self) -> str:
        """The path without its last part, without a trailing ``/``."""
        return self.path.rpartition("/")[0]

    def open(self) -> BinaryIO:
        """Open the content at its start. Raises OSError if the evidence cannot be read."""
        return self.opener()

    def beside(self, name: str) -> Source | None:
        """Return another file of the same container, by its path relative to this file's folder, or None.

        Only parsers with :attr:`Parser.reads_neighbours` get neighbours, and only files that some parser claims are
        neighbours (the claim keeps their content in the case).

        Args:
            name: such as ``History-wal`` or ``../events/index``.
        """
        return self.neighbour(relative(self.path, name))

    def alone(self) -> Source:
        """Return the same file without neighbours."""
        return replace(self, neighbour=_nothing)

    @classmethod
    def of(cls, content: bytes, path: str = "file") -> Source:
        """Create a source from bytes in memory (for tests and small bodies)."""
        return cls(path, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content))


def looks_like_text(head: bytes) -> bool:
    """Whether a file may be text, with few control characters in its first bytes. Leading zero bytes do not count.

    Text may have one byte per character, or be UTF-8, UTF-16 or UTF-32. Measured: random and compressed bytes have 10%
    control characters, programs more. Archives do not count as text, even with uncompressed text inside.
    """
    if head.startswith(_ARCHIVES) or head[_TAR] == b"ustar":
        return False
    if wide_encoding(head):
        head = as_utf8(head[: 4 * _TEXT_SAMPLE])
    sample = head[:_TEXT_SAMPLE]
    if sample.startswith(b"\0"):
        sample = head.lstrip(b"\0")[:_TEXT_SAMPLE]
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * _TEXT_SHARE <= len(sample)


def relative(path: str, name: str) -> str:
    """Resolve a path relative to another file's folder. ``..`` never leads out of the container."""
    container, inside, within = path.rpartition("!/")
    parts = within.split("/")[:-1]
    for step in name.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return container + inside + "/".join(parts)


class Parser(ABC):
    """Reads one artefact. Subclasses are registered by :func:`parsers.registry.register`.

    A parser never raises on what it reads and never drops what it cannot read: it yields an
    :class:`~parsers.record.Issue`. It streams: memory does not grow with the file, or there is a stated limit
    and an Issue says so.

    Example:
        >>> from parsers.parser import About, Source
        >>> class Doorbell(ef.Parser):
        ...     name, version = "doorbell", "1"
        ...     about = About("A doorbell's log", ("echo:doorbell",), ("BELL first",), "That it rang.", "Who rang.")
        ...
        ...     def claims(self, source):
        ...         return source.head.startswith(b"BELL")
        ...
        ...     def parse(self, source):
        ...         with source.open() as stream:
        ...             for number, _line in enumerate(stream, 1):
        ...                 yield ef.Record("echo:doorbell", "The log records that the bell rang.", f"line:{number}")
        >>> [record.locator for record in Doorbell().parse(Source.of(b"BELL 1\\nBELL 2\\n"))]
        ['line:1', 'line:2']
    """

    #: A unique name in lower case, words joined by ``_``.
    name: ClassVar[str]
    #: Raised whenever the records of the same bytes change.
    version: ClassVar[str]
    about: ClassVar[About]
    #: Whether :meth:`parse` opens neighbouring files. If so, it is called once the whole container has been read.
    reads_neighbours: ClassVar[bool] = False
    #: Whether some claimed files yield nothing by themselves and are kept to be read with others.
    keeps_for_others: ClassVar[bool] = False
    #: Whether the artefact is always text: files that are clearly not text are not offered.
    text_only: ClassVar[bool] = False
    #: What a file that this parser claims has: a match of ``needs``, one of ``needs_beginning`` or ``needs_path``, or,
    #: with ``needs_names``, :attr:`Source.names`. Other files are not offered. Nothing stated: all are.
    #:
    #: ``needs``: regular expressions that are searched in the head, as hyperscan reads them (``.`` is any byte, ``^``
    #: and ``$`` the ends of a line). One with a zero byte in it (``\0``, ``\x00``) is searched in the head as it is,
    #: any other in the head without its zero bytes, so that it finds text of any width. Simple ones compile faster.
    needs: ClassVar[tuple[bytes, ...]] = ()
    #: Whether ``needs`` is searched only in heads that are text in some encoding, with gaps or without.
    needs_in_text: ClassVar[bool] = False
    #: How the head begins.
    needs_beginning: ClassVar[tuple[bytes, ...]] = ()
    #: Words in the path, in lower case; the path may have capitals.
    needs_path: ClassVar[tuple[str, ...]] = ()
    #: Whether a file that names the service is enough.
    needs_names: ClassVar[bool] = False
    #: 0: asked for every file. 1: only if no parser at 0 claims it, except line readers. 2: only if no other claims it.
    last_resort: ClassVar[int] = 0
    #: Whether it reads log lines, so that other parsers should look for data within the lines.
    reads_lines: ClassVar[bool] = False
    #: Whether it also reads tables described by users' maps (``parsers.map_reader.MapReader``).
    reads_maps: ClassVar[bool] = False

    def sees(self, source: Source) -> Source:
        """Return a file as this parser gets it: without neighbours, unless it has :attr:`reads_neighbours`."""
        return source if self.reads_neighbours else source.alone()

    def signed(self, record: Record) -> Record:
        """Add this parser's name and version to a record that has none."""
        return record.signed(self.name, self.version)

    @abstractmethod
    def claims(self, source: Source) -> bool:
        """Whether the parser claims the file, by ``head`` first and ``path`` second. Cheap; never raises."""

    @abstractmethod
    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the file's records and issues. Only OSError from reading the evidence may propagate."""
