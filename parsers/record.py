"""The results of parsers: a :class:`Record` of what the bytes say, or an :class:`Issue` if they are unreadable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: The types of values in a record, limited so that a record can be written as canonical JSON.
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


class Clock(StrEnum):
    """Whose clock made a time."""

    CLOUD = "cloud"
    DEVICE = "device"
    PHONE = "phone"
    EXAMINER = "examiner"
    UNKNOWN = "unknown"


@dataclass(slots=True, unsafe_hash=True)
class Timestamp:
    """One time in a record. Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        description: what the time refers to, in plaso's standard terms ("Creation Time", "Recorded Time", ...).
        recorded: the value as found, as text; never reformatted.
        clock: whose clock made it.
        timestamp: microseconds since 1970-01-01T00:00:00 UTC, or None if the zone is unknown.
        note: one sentence on how the value is read (unit, zone, precision) and what it does not mean.
        locator: the value's locator, if the record's own locator does not cover it.

    Example:
        >>> ef.Timestamp("Creation Time", "1709929909094", "cloud", 1709929909094000).timestamp
        1709929909094000
    """

    description: str
    recorded: str
    clock: Clock
    timestamp: int | None
    note: str = ""
    locator: str = ""


@dataclass(slots=True, unsafe_hash=True)
class Record:
    """One thing the evidence says. Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        data_type: family and kind, such as ``alexa:cloud:activity`` or ``echo:log:wake_word``.
        message: one sentence a lawyer can read. It says what the record says, never what somebody did.
        locator: the record's place in the file (see :mod:`parsers.locator`).
        timestamps: all its times; each becomes a row. Empty if it has none.
        device_serial, device_type, account, person, utterance_id, transcript: as named in the record, if at all.
        fields: everything else worth keeping, as found.
        keys: names of things that other records may also name, as ``kind:value`` (``activity:...``,
            ``voice-request:...``). Records that share a key are about the same thing. The key of the
            utterance id is implied and need not be given.
        parser, parser_version: set by a parser that hands bodies on to others; otherwise filled in by the caller.
        file: if the record is in a neighbour of the claimed file (see
            :meth:`parsers.parser.Source.beside`), the neighbour's name relative to the claimed file's folder.
            Locators then refer to the neighbour.

    Example:
        >>> ef.Record("echo:doorbell", "The log records that the bell rang.", "line:3").data_type
        'echo:doorbell'
    """

    data_type: str
    message: str
    locator: str
    timestamps: tuple[Timestamp, ...] = ()
    device_serial: str | None = None
    device_type: str | None = None
    account: str | None = None
    person: str | None = None
    utterance_id: str | None = None
    transcript: str | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    parser: str = ""
    parser_version: str = ""
    file: str = ""

    def signed(self, parser: str, version: str) -> Record:
        """Return the record with a parser's name and version if it has none; faster than ``replace``."""
        if self.parser and self.parser_version:
            return self
        return Record(
            self.data_type, self.message, self.locator, self.timestamps, self.device_serial, self.device_type,
            self.account, self.person, self.utterance_id, self.transcript, self.fields, self.keys,
            self.parser or parser, self.parser_version or version, self.file,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that could not be read, kept in the case and shown in the report.

    Attributes:
        what: one sentence: what was expected, what was found.
        locator: its place; empty for the whole file.
        excerpt: the first bytes of what could not be read, at most 64.
        parser: set by a parser that hands bodies on to others; otherwise filled in by the caller.

    Example:
        >>> ef.Issue("The line breaks off.", "line:4", b"2024-03-").what
        'The line breaks off.'
    """

    what: str
    locator: str = ""
    excerpt: bytes = b""
    parser: str = ""
