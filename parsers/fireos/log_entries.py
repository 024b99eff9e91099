"""Android logs that are not text: ``logcat -B``, the kernel's ``pmsg-ramoops-0``, exports of Android Studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.avs_sdk import event as avs_event
from parsers.fireos import log_event as fireos_event
from parsers.fireos.log_reading import read_entries
from parsers.formats.json.text import JsonError, decode_at, skip
from parsers.formats.logs import logger_entries
from parsers.formats.logs.dating import Stamp
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogPlaces, OtherLine, counted
from parsers.formats.logs.logcat import LogcatLine
from parsers.locator import at_bytes, at_json
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.service_names import DATA_TYPE as NAMED_TYPE
from parsers.service_names import names_service

#: The most bytes read of an export.
MAX_EXPORT = 64 * 1024 * 1024
_TYPES = tuple(sorted({*fireos_event.TYPES, *avs_event.TYPES, fireos_event.UTTERANCE_TYPE, NAMED_TYPE, FILE_TYPE}))
_SHOWS = (
    "What a log of Android in text shows, see fireos_log; each line has its time in UTC, by the device's own clock."
)
_DOES_NOT_SHOW = "That nothing happened where the log is silent. See fireos_log."
#: So many payloads in a row are no chance.
_PAYLOADS = 3
_NO_HEADER = (
    "The log's entries stand without the logger's header, which holds their times, processes and threads: its lines"
    " were read without times. logcat -B writes whole entries."
)
_STORE = re.compile(r"(?:^|/)pmsg-ramoops[\w.-]{0,20}$")
_MESSAGES = re.compile(r'"logcatMessages"\s{0,20}:\s{0,20}\[')


@register
class LogcatBinary(Parser):
    """Reads binary entries of Android's logger."""

    name: ClassVar[str] = "logcat_binary"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (logger_entries.BEGINNING,)
    needs_path: ClassVar[tuple[str, ...]] = ("pmsg-ramoops",)
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of Android as bytes (logcat -B, pmsg-ramoops)",
        data_types=_TYPES,
        known_by=(
            "several entries of the logger in a row from the first byte on, in any of its versions or that of pmsg",
            "a file named pmsg-ramoops-0, as the kernel gives it after a restart, with an entry in its first 64 KiB",
        ),
        shows=_SHOWS,
        does_not_show=_DOES_NOT_SHOW,
        validated_on=("Made files only, in the form that Android's published source writes.",),
        limits=(
            "Entries of the logs events, stats and security hold numbers and values, not texts; they are counted, and"
            " an issue says so.",
            "Each line of an entry's message counts as a line; its place is that of the whole entry.",
            f"{MAX_LINES} lines of a file are read.",
        ),
        references=(
            "AOSP system/logging/liblog: include/log/log_read.h, pmsg_reader.cpp, logprint.cpp",
            "AOSP system/logging/liblog: include/private/android_logger.h",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first entries match, or the name of the kernel's store, whose first entry may be cut."""
        return logger_entries.begins(source.head, named=_STORE.search(source.path) is not None)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        damaged, events = LogPlaces(), LogPlaces()

        def given() -> Iterator[LogcatLine]:
            with source.open() as stream:
                for line in logger_entries.entries(stream):
                    if isinstance(line, OtherLine):
                        (damaged if line.content else events).add(line.locator)
                    else:
                        yield line

        yield from read_entries(given())
        if damaged.count:
            yield Issue(
                f"What is there is no entry of the log; it was not read: {damaged.described()}.", damaged.first[0]
            )
        if events.count:
            entries = f"{events.count} entries hold" if events.count > 1 else "One entry holds"
            yield Issue(
                f"{entries} values and no text, as logs of events do; not read: {events.described()}.", events.first[0]
            )


@register
class LogcatPayloads(Parser):
    """Reads payloads of Android's logger without its header."""

    name: ClassVar[str] = "logcat_payloads"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = tuple(bytes([priority]) for priority in range(2, 9))
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Payloads of Android's log without the logger's header",
        data_types=_TYPES,
        known_by=(
            f"{_PAYLOADS} or more payloads in a row from the first byte on (a priority, a tag, a zero byte, a text, a"
            " zero byte), one of which is of a program of the service or names it",
        ),
        shows="What a log of Android in text shows, see fireos_log, in its order.",
        does_not_show="When: the times are in the header that is not there. See fireos_log.",
        validated_on=("Made files only, in the form that Android's published source writes.",),
        limits=(f"The first {MAX_EXPORT} bytes and {MAX_LINES} lines of a file are read.",),
        references=("AOSP system/logging/liblog: logprint.cpp",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head begins with several payloads, of which one is about the service."""
        lines = list(logger_entries.payloads(source.head))
        return len(lines) >= _PAYLOADS and any(
            names_service(line.tag.decode("ascii", "replace"), line.text) for line in lines
        )

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, an issue for the missing times, and one record for the file."""
        with source.open() as stream:
            content = stream.read(MAX_EXPORT)
        yield from read_entries(logger_entries.payloads(content))
        yield Issue(_NO_HEADER)
        if (end := logger_entries.payloads_end(content)) < source.size:
            what = "What follows is no payload of the log; it was not read."
            yield Issue(what, at_bytes(end, source.size - end), content[end : end + 64])


@register
class StudioExport(Parser):
    """Reads what Android Studio exports from its Logcat window."""

    name: ClassVar[str] = "logcat_studio"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb'"logcatMessages"',)
    text_only: ClassVar[bool] = True
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of Android that Android Studio exported (.logcat)",
        data_types=_TYPES,
        known_by=('JSON with the member "logcatMessages", a list',),
        shows=_SHOWS,
        does_not_show=f"{_DOES_NOT_SHOW} What the filter in the program's window left out is not in the file.",
        validated_on=("Made files only.",),
        limits=(
            "An entry without a time in seconds is read without one.",
            f"The first {MAX_EXPORT} bytes and {MAX_LINES} lines of a file are read.",
        ),
        references=("Android Studio, tools/adt/idea/logcat: LogcatFileIo (seen in exports that others published)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head has the expected member."""
        head = source.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return head.startswith(b"{") and _MESSAGES.search(head.decode("utf-8", "replace")) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        with source.open() as stream:
            content = stream.read(MAX_EXPORT + 1)
        broken: list[Issue] = []
        untimed = LogPlaces()
        yield from read_entries(_messages(content[:MAX_EXPORT].decode("utf-8", "replace"), broken, untimed))
        if untimed.count:
            lines = f"{untimed.count} lines of the export have" if untimed.count > 1 else "One line of the export has"
            yield Issue(f"{lines} no time in seconds since 1970.", untimed.first[0])
        if len(content) > MAX_EXPORT:
            broken = [Issue(f"Only the first {MAX_EXPORT} bytes of the export were read.")]
        yield from broken


def _messages(text: str, broken: list[Issue], untimed: LogPlaces) -> Iterator[LogcatLine]:
    """Yield the lines of each message. Adds an issue if the JSON is truncated, and the places of untimed lines."""
    found = _MESSAGES.search(text)
    at, index = skip(text, found.end()) if found else len(text), 0
    while text[at : at + 1] != "]":
        locator = at_json("logcatMessages", index)
        try:
            value, at = decode_at(text, at)
        except JsonError as error:
            rest = text[at : at + 64].encode()[:64]
            broken.append(
                Issue(f"The export breaks off or is damaged behind {counted(index, 'message')}: {error}.", "", rest)
            )
            return
        for line in _lines(value, locator):
            if line.stamp is None:
                untimed.add(locator)
            yield line
        at, index = skip(text, at), index + 1
        if text[at : at + 1] == ",":
            at = skip(text, at + 1)


def _lines(value: object, locator: str) -> Iterator[LogcatLine]:
    header = value.get("header") if isinstance(value, dict) else None
    message = value.get("message") if isinstance(value, dict) else None
    header = header if isinstance(header, dict) else {}
    tag = header.get("tag")
    stamp = _stamp(header.get("timestamp"))
    for line in (message if isinstance(message, str) else "").splitlines():
        if line.strip():
            name = tag.strip().encode("utf-8", "surrogatepass") if isinstance(tag, str) else b""
            yield LogcatLine(locator, stamp, name, line.encode("utf-8", "surrogatepass"), "export")


def _stamp(value: object) -> Stamp | None:
    """A time in seconds and nanoseconds since 1970 UTC."""
    seconds = value.get("seconds") if isinstance(value, dict) else None
    nanos = value.get("nanos", 0) if isinstance(value, dict) else None
    if not (isinstance(seconds, int) and isinstance(nanos, int) and 0 <= seconds < 1 << 40 and 0 <= nanos < 10**9):
        return None
    return Stamp(f"{seconds}.{nanos:09d}", microsecond=nanos // 1000, epoch=seconds)
