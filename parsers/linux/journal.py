"""The systemd journal, as files and as exported by ``journalctl``: from Vega OS, soundbars, others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from parsers.avs_sdk import event as avs_event
from parsers.formats.json.text import JsonError, decode_at
from parsers.formats.logs import zones
from parsers.formats.logs.dating import Stamp, of_parts
from parsers.formats.logs.journal import (
    MAGIC,
    MAX_FIELD,
    MAX_FIELDS,
    JournalDamage,
    JournalEntry,
    JournalReader,
    LogJournalError,
)
from parsers.formats.logs.lines import FILE_TYPE, OtherLine
from parsers.formats.logs.syslog import SyslogLine
from parsers.formats.logs.text import raw_lines
from parsers.linux import system_event
from parsers.linux.syslog_reading import METRIC_TYPE, UTTERANCE_TYPE, SystemLog, read_lines
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.service_names import DATA_TYPE as NAMED_TYPE

#: The greatest length of an export's line, and the most lines and bytes of one entry.
MAX_LINE, _MAX_LINES, _MAX_ENTRY = 262_144, 500, 1024 * 1024
_TYPES = tuple(sorted({*system_event.TYPES, *avs_event.TYPES, FILE_TYPE, METRIC_TYPE, UTTERANCE_TYPE, NAMED_TYPE}))
_SHOWS = (
    "What a device's journal says of its wake word, its turns with the service, its network, its Bluetooth and its"
    " starts, in UTC by the device's own clock; and that any journal names the service, and when."
)
_DOES_NOT_SHOW = (
    "That nothing happened where the journal is silent: many devices keep it in memory only, and old entries go."
)
_LOG = SystemLog(zones.UNKNOWN, "", None, device=False)
_EXPORT = re.compile(rb"(?:__CURSOR|__REALTIME_TIMESTAMP)=")
_VERBOSE = re.compile(
    rb"(?P<stamp>(?:[A-Z][a-z]{2} )?(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"
    rb":(?P<second>\d\d)(?:\.(?P<part>\d{1,6}))? (?P<zone>[A-Z]{2,5}|[+-]\d{2,4})) \[s=[0-9a-f]{1,32};[^\]\n]{0,400}\]"
)
_JSON = re.compile(
    rb'(?:\xef\xbb\xbf)?\s{0,20}(?:\x1e|data: |\[)?\s{0,20}\{.{0,8000}?"__REALTIME_TIMESTAMP"\s?:', re.DOTALL
)
#: How such a text begins, or only its first byte.
_BEGINNINGS = (
    b"__CURSOR=", b"__REALTIME_TIMESTAMP=",
    *(byte.encode("latin-1") for byte in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\xef \t\n\v\f\r\x1ed[{"),
)  # fmt: skip
_STAMP_KEY = b'"__REALTIME_TIMESTAMP"'
_LIST = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,20}\[")
#: Prefixes of a line's JSON: a byte order mark, the record separator of json-seq, the field name of json-sse.
_BEFORE_JSON = re.compile(rb"\s{0,20}(?:\x1e|data: )?\s{0,20}(?=\{)")
_NEXT_VALUE = re.compile(r"\{")
#: The most bytes read of JSON that spans several lines.
MAX_JSON = 64 * 1024 * 1024


@register
class SystemdJournal(Parser):
    """Reads a journal file."""

    name: ClassVar[str] = "systemd_journal"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    about: ClassVar[About] = About(
        title="Files of systemd's journal",
        data_types=_TYPES,
        known_by=("LPKSHHRH in the first bytes",),
        shows=_SHOWS,
        does_not_show=_DOES_NOT_SHOW,
        validated_on=("Files that systemd 252 wrote from made entries: plain and compact, compressed and not.",),
        limits=(
            "Entries are taken in the order in which they lie. Seals are not checked.",
            f"Of an entry, the first {MAX_FIELDS} fields are read, of a field the first {MAX_FIELD} bytes.",
            "A journal in which nothing shows a device of the service and nothing names the service gives no record.",
        ),
        references=("systemd, docs/JOURNAL_FILE_FORMAT.md",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first bytes match."""
        return source.head.startswith(MAGIC)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield what the journal says about the service; for a device's journal, each event and a file record."""
        damage: dict[str, str] = {}
        missing = 0

        def given() -> Iterator[SyslogLine | OtherLine]:
            nonlocal missing
            missing = 0
            with source.open() as stream:
                for found in JournalReader(stream, source.size).entries():
                    if isinstance(found, JournalDamage):
                        damage[found.locator] = found.what
                    else:
                        missing += found.missing
                        yield _of_entry(found)

        try:
            yield from read_lines(given, _LOG)
        except LogJournalError as error:
            yield Issue(f"The journal cannot be read: {error}.", "", source.head[:64])
        for locator, what in damage.items():
            yield Issue(f"The journal is damaged: {what}.", locator)
        if missing:
            yield Issue(f"{missing} fields of entries of the journal could not be read.")


def _of_entry(entry: JournalEntry) -> SyslogLine:
    fields = entry.fields
    return SyslogLine(
        entry.message_locator or entry.locator,
        _stamp(str(entry.realtime)),
        fields.get("_HOSTNAME", b"").decode("utf-8", "backslashreplace"),
        fields.get("SYSLOG_IDENTIFIER") or fields.get("_COMM") or b"",
        (fields.get("SYSLOG_PID") or fields.get("_PID") or b"").decode("ascii", "backslashreplace"),
        fields.get("MESSAGE", b""),
        stamp_locator=entry.locator,
    )


def _stamp(microseconds: str) -> Stamp | None:
    """The time of an entry; None if the text is not a number."""
    if not (microseconds.isascii() and microseconds.isdecimal() and len(microseconds) <= 18):
        return None
    seconds, micro = divmod(int(microseconds), 1_000_000)
    return Stamp(microseconds, microsecond=micro, epoch=seconds)


@register
class JournalExport(Parser):
    """Reads exports of journalctl: -o export, -o json and -o verbose."""

    name: ClassVar[str] = "journal_export"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = _BEGINNINGS
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Exports of systemd's journal (journalctl -o export, -o json, -o verbose)",
        data_types=_TYPES,
        known_by=(
            "lines NAME=value, of which the first is __CURSOR= or __REALTIME_TIMESTAMP=",
            "a time and [s=...;i=...] in the first line, and indented lines NAME=value below",
            'JSON objects, one a line or one after the other or in a list, with a member "__REALTIME_TIMESTAMP"',
        ),
        shows=_SHOWS,
        does_not_show=_DOES_NOT_SHOW,
        validated_on=("What journalctl of systemd 252 wrote from made entries.",),
        limits=(
            f"JSON over several lines is read up to {MAX_JSON} bytes.",
            f"An entry is read up to {_MAX_LINES} lines, a line up to {MAX_LINE} bytes.",
            "A journal in which nothing shows a device of the service and nothing names the service gives no record.",
        ),
        references=("systemd, docs/JOURNAL_EXPORT_FORMATS.md",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first line matches."""
        head = source.head
        return bool(_EXPORT.match(head) or _VERBOSE.match(head) or (_STAMP_KEY in head and _JSON.match(head)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield what the journal says about the service; for a device's journal, each event and a file record."""
        head = source.head
        entries = _export_entries if head.startswith(b"_") else _verbose_entries
        if found := _JSON.match(head):
            entries = _json_values if _LIST.match(head) or b"\n" in found[0].strip() else _json_entries

        def given() -> Iterator[SyslogLine | OtherLine]:
            with source.open() as stream:
                yield from entries(stream)

        return read_lines(given, _LOG)


def _json_entries(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Yield entries that take one line each."""
    for raw in raw_lines(stream, MAX_LINE):
        before = _BEFORE_JSON.match(raw.content)
        try:
            value = json.loads(raw.content[before.end() :] if before else raw.content)
        except (ValueError, RecursionError):
            value = None
        yield _of_json(value, raw.locator) or OtherLine(raw.locator, raw.content, raw.cut)


def _json_values(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Yield entries that span several lines, consecutive or in a list."""
    content = stream.read(MAX_JSON)
    text, at, begin = content.decode("latin-1"), 0, 0
    while found := _NEXT_VALUE.search(text, at):
        begin = found.start()
        try:
            value, at = decode_at(text, begin)
        except JsonError:
            break
        locator = at_bytes(begin, at - begin)
        written = decode_at(content[begin:at].decode("utf-8", "replace"), 0)[0] if isinstance(value, dict) else None
        yield _of_json(written, locator) or OtherLine(locator, content[begin : begin + 64])
        begin = at
    if content[begin:].strip(b" \t\r\n,[]") or stream.read(1):
        yield OtherLine(at_bytes(begin, len(content) - begin), content[begin : begin + 64])


def _of_json(value: object, locator: str) -> SyslogLine | None:
    if not isinstance(value, dict) or "__REALTIME_TIMESTAMP" not in value:
        return None
    return _of_fields({str(name): _bytes(item) for name, item in value.items()}, locator, "")


def _bytes(value: object) -> bytes:
    """A member's value: text, or byte numbers if it is not text; the first if there are several."""
    if isinstance(value, list):
        if value and all(isinstance(item, int) and 0 <= item < 256 for item in value):
            return bytes(value)
        return _bytes(value[0]) if value and isinstance(value[0], str) else b""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""


def _export_entries(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Yield entries of the export format: lines of NAME=value, or NAME, an eight-byte length, and the value."""
    fields: dict[str, bytes] = {}
    at = start = message_at = message_size = size = 0
    while line := stream.readline(MAX_LINE):
        begin, at = at, at + len(line)
        name, sign, value = line.rstrip(b"\n").partition(b"=")
        if line == b"\n":
            if fields:
                yield _of_fields(
                    fields, at_bytes(message_at or start, message_size or begin - start), at_bytes(start, begin - start)
                )
            fields, start, message_at, message_size, size = {}, at, 0, 0, 0
            continue
        if not sign:
            length = int.from_bytes(stream.read(8), "little")
            value = stream.read(min(length, _MAX_ENTRY))
            at += 8 + len(value) + len(stream.read(1))
            if length > len(value):
                yield OtherLine(at_bytes(begin, at - begin), line[:64])
                return
        if name == b"MESSAGE":
            message_at, message_size = begin, at - begin
        size += len(value)
        if len(fields) < _MAX_LINES and size <= _MAX_ENTRY:
            fields.setdefault(name.decode("ascii", "backslashreplace"), value)
    if fields:
        yield _of_fields(fields, at_bytes(message_at or start, message_size or at - start), at_bytes(start, at - start))


def _verbose_entries(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Yield entries of the verbose format: a line with the time, then the fields, each on an indented line."""
    stamp: Stamp | None = None
    fields: dict[str, bytes] = {}
    locator, stamp_locator = "", ""
    for raw in raw_lines(stream, MAX_LINE):
        if found := _VERBOSE.fullmatch(raw.content):
            if fields:
                yield _of_fields(fields, locator, stamp_locator)._replace(stamp=stamp)
            numbers = [int(found[name]) for name in ("month", "day", "hour", "minute", "second")]
            stamp = of_parts(
                (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]),
                text=found["stamp"].decode("ascii"),
                year=int(found["year"]),
                microsecond=int((found["part"] or b"0").ljust(6, b"0")),
                zone=found["zone"].decode("ascii"),
            )
            fields, locator, stamp_locator = {}, raw.locator, raw.locator
            continue
        name, sign, value = raw.content.strip().partition(b"=")
        if not sign or not raw.content.startswith(b" ") or not stamp_locator:
            yield OtherLine(raw.locator, raw.content, raw.cut)
        elif len(fields) < _MAX_LINES:
            locator = raw.locator if name == b"MESSAGE" else locator
            fields.setdefault(name.decode("ascii", "backslashreplace"), value)
    if fields:
        yield _of_fields(fields, locator, stamp_locator)._replace(stamp=stamp)


def _of_fields(fields: dict[str, bytes], locator: str, stamp_locator: str) -> SyslogLine:
    text = fields.get("__REALTIME_TIMESTAMP", b"").decode("ascii", "backslashreplace")
    return SyslogLine(
        locator,
        _stamp(text),
        fields.get("_HOSTNAME", b"").decode("utf-8", "backslashreplace"),
        fields.get("SYSLOG_IDENTIFIER") or fields.get("_COMM") or b"",
        (fields.get("SYSLOG_PID") or fields.get("_PID") or b"").decode("ascii", "backslashreplace"),
        fields.get("MESSAGE", b""),
        stamp_locator=stamp_locator,
    )
