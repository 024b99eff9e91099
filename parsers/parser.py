"""What a parser is: a name, what it is known by, a claim on a file, and the records it finds there."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, ClassVar

from parsers.encoding import as_utf8, wide_encoding
from parsers.record import Issue, Record

#: Bytes from the start of a file that a parser may look at before it claims the file.
HEAD_SIZE = 65536

#: What a parser may hand on to readers that have names, versions and data types of their own.
ANSWERS = "answers of the Alexa service"
EXPORT_TABLES = "tables of data exports"
PREFERENCES = "values of preferences files"
STATE_FILES = "state files"
TABLES = "tables of SQLite databases"
HANDED_ON = (ANSWERS, EXPORT_TABLES, PREFERENCES, STATE_FILES, TABLES)

_TEXT_SAMPLE = 1024
#: One byte in this many may be a control character: a torn line, a stray byte before the text.
_TEXT_SHARE = 25
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b") + b"\x7f"
#: How archives begin. What is in them unpacked looks like text, but is read as a file of its own.
_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"!<arch>\n", b"070701", b"070702",
    b"070707",
)  # fmt: skip
_TAR = slice(257, 262)


@dataclass(frozen=True, slots=True)
class About:
    """A parser's description for people, shown by ``echoforensics parsers`` and in the report's method section.

    Attributes:
        title: the artefact, in a few words.
        data_types: the data types of its own records.
        hands_on: what it hands on to others, which read it under names of their own: some of :data:`HANDED_ON`.
        known_by: the signatures, headers and paths by which the artefact is recognised, one a line.
        shows: what the artefact shows, in plain words.
        does_not_show: what it must not be taken for.
        validated_on: devices, apps and firmware versions whose real files were read, with their source.
        limits: known limits.
        references: where the knowledge of the format comes from.
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
    """What a file without neighbours has beside it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as a parser sees it.

    Attributes:
        path: path inside the evidence, ``/`` between folders; a hint only, exports are renamed.
        size: length in bytes.
        head: the first :data:`HEAD_SIZE` bytes (all of it where the file is shorter).
        opener: opens the content for reading, seekable, from its start. Each call opens it again.
        neighbour: gives another file by its whole path, or None (see :meth:`beside`).
        mode: POSIX permission bits as the container states them, or None if it states none.
        names: what of the Alexa service the whole file names, one of
            ``parsers.alexa_api.items.service_names.KINDS`` each. Empty if it names nothing, and while only the
            head was read: a file that no parser claims by its head is offered again when all of it was.
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
        return self.path.rsplit("/", 1)[-1]

    @property
    def folder(self) -> str:
        """The path without its last part, without a trailing ``/``."""
        return self.path.rpartition("/")[0]

    def open(self) -> BinaryIO:
        """Open the content from its start. Raises OSError where the evidence cannot be read."""
        return self.opener()

    def beside(self, name: str) -> Source | None:
        """Another file of the same container, by its path relative to this file's folder; None if there is none.

        Only parsers that say :attr:`Parser.reads_neighbours` are given neighbours, and only such files are
        neighbours as some parser claims (the claim keeps their content in the case).

        Args:
            name: such as ``History-wal`` or ``../events/index``.
        """
        return self.neighbour(relative(self.path, name))

    def alone(self) -> Source:
        """The same file without neighbours."""
        return replace(self, neighbour=_nothing)

    @classmethod
    def of(cls, content: bytes, path: str = "file") -> Source:
        """A source over bytes in memory (for tests and small bodies)."""
        return cls(path, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content))


def looks_like_text(head: bytes) -> bool:
    """Whether a file may be text: few of its first bytes are control characters. Leading zero bytes do not count.

    Text of one byte a character, UTF-8, UTF-16 or UTF-32. Measured: random and compressed bytes have 10% of them,
    programs more. An archive is none, though what it holds be text that is not compressed.
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
    """The path of a file named relative to the folder of another. ``..`` never leads out of its container."""
    container, inside, within = path.rpartition("!/")
    parts = within.split("/")[:-1]
    for step in name.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return container + inside + "/".join(parts)


class Parser(ABC):
    """One artefact's reader. Subclasses are found by :func:`parsers.registry.register`.

    A parser never raises on what it reads and never swallows what it cannot read: it yields an
    :class:`~parsers.record.Issue`. It streams; memory does not grow with the file, or a stated bound
    is kept and an Issue says so.

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

    #: Unique, lower case, words joined by ``_``.
    name: ClassVar[str]
    #: Raised whenever the records of the same bytes change.
    version: ClassVar[str]
    about: ClassVar[About]
    #: Whether :meth:`parse` opens files beside the one it claims. If so it is called when the whole container is read.
    reads_neighbours: ClassVar[bool] = False
    #: Whether some of the files that it claims give nothing by themselves: they are kept to be read with others.
    keeps_for_others: ClassVar[bool] = False
    #: Whether the artefact is text in every case: files that are plainly none are not even offered.
    text_only: ClassVar[bool] = False
    #: Regular expressions over bytes, as hyperscan reads them (``.`` is any byte, ``^`` and ``$`` the ends of a line).
    #: The head of each file that it claims matches one of them; others are not even offered. Empty: all are.
    needs: ClassVar[tuple[bytes, ...]] = ()
    #: 0: asked for every file. 1: only where none of those claims it but such as read lines. 2: only where none does.
    last_resort: ClassVar[int] = 0
    #: Whether it reads the lines of a log, so that others are to look for what is within the lines.
    reads_lines: ClassVar[bool] = False

    def sees(self, source: Source) -> Source:
        """A file as this parser is given it: without neighbours, unless it says :attr:`reads_neighbours`."""
        return source if self.reads_neighbours else source.alone()

    def signed(self, record: Record) -> Record:
        """A record of this parser with its name and version, where the record has none."""
        return record.signed(self.name, self.version)

    @abstractmethod
    def claims(self, source: Source) -> bool:
        """Whether the file is this parser's, from ``head`` first and ``path`` second. Cheap; never raises."""

    @abstractmethod
    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield what the file says. Only OSError from reading the evidence may pass through."""
