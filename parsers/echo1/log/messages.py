"""The main system log of a first-generation Echo: what the log says it heard, sent and did."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.echo1.log.block import blocks
from parsers.echo1.log.line import has_stamp, is_whole, take_apart
from parsers.echo1.log.reader import LogReader
from parsers.echo1.log.timestamps import line_timestamp
from parsers.formats.logs.text import Utf8Stream, encoding_of
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.service_names import DATA_TYPE as NAMED_TYPE
from parsers.service_names import NamedLines, names_service

_NAME = re.compile(r"messages(?:_\d{8}_\d{14})?(?:\.gz)?")
#: How many non-empty lines are checked, and how many must have the form: one may be damaged or junk.
_SAMPLE, _OF_FORM, _LOOK = 32, 2, 16 * 1024
#: Part of a stamp.
_STAMPED = rb"\d\d:\d\d\d\d\d\d"


@register
class EchoMessages(Parser):
    """Reads ``messages`` and its rotations, after decompression."""

    name: ClassVar[str] = "echo_messages"
    version: ClassVar[str] = "2"
    needs: ClassVar[tuple[bytes, ...]] = (_STAMPED,)
    needs_in_text: ClassVar[bool] = True
    needs_path: ClassVar[tuple[str, ...]] = ("messages",)
    about: ClassVar[About] = About(
        title="System log of a first-generation Echo",
        data_types=(
            "echo:log:wake_word", "echo:log:near_miss", "echo:log:audio_stream", "echo:log:answer",
            "echo:log:voice_request", "echo:log:volume", "echo:log:button", "echo:log:boot", "echo:log:clock_change",
            NAMED_TYPE,
        ),
        known_by=(
            "lines of the form YYYYMMDD:HHMMSS program[pid]: L component:function:key=value,...:text",
            "/var/local/log/messages_{8 digits}_{14 digits}.gz (rotated), /var/log/messages (current)",
        ),
        shows=(
            "When the device's detector accepted or rejected something like its wake word, when audio was sent to the"
            " Alexa service and under which utterance id, and when an answer was played; by the device's own clock."
        ),
        does_not_show=(
            "What was said, or by whom: the log holds no audio and no text. An accepted wake word may be a mishearing."
            " The absence of a line shows nothing where the log has gaps or was rotated away."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2), software 669701320: Mich21050/EchoSystemFiles, 2021-22",),
        limits=(
            "The line's own time is to the second; milliseconds are given where the line writes them.",
            "After a start the clock goes on from a date kept on disk until a time server is reached; times of that"
            " stretch say so, where the start and its end lie in the same file.",
            "An interaction whose lines lie in two rotations gives records in both; they share the request id or the"
            " sample number.",
            "Lines of one interaction are put together by the names they share, else by order and time; of wake words"
            " within seconds of each other, a line without a name may go to the wrong one.",
            "What the values of HardwareMute and Mute mean is not known; they are given as recorded.",
            "The words of buttons and of mute are known from the firmware's programs only in part.",
            "Of a log in UTF-16 the numbers of lines count line feeds.",
            "Other logs of the device (kern, daemon, bluetooth, metrics) are not read by this parser.",
        ),
        references=(
            "github.com/Mich21050/EchoSystemFiles: var/local/log; etc/syslog-ng.conf; etc/init/boot-begins.conf,"
            " openntpd.conf, last-kmsg.conf, pseudo-rcS.conf; etc/init.d/set-the-date",
        ),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether the first lines have the form, or the name matches and the start is lost to zero bytes."""
        # If the start is lost to zero bytes, the lines begin long after it.
        named = _NAME.fullmatch(source.name)
        if (encoding := encoding_of(source.head)) is None and not named:
            return False
        head = source.head
        if encoding is not None and (encoding.codec or encoding.mark):
            head = Utf8Stream(io.BytesIO(head)).read(len(head))
        lines = _first_lines(head.lstrip(b"\0")[:_LOOK])
        found = sum(is_whole(line) for line in lines)
        if named:
            return found > 0 or (bool(source.head) and not source.head.strip(b"\0"))
        return found >= min(_OF_FORM, max(1, len(lines)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of the log as interactions end, and an issue for each unreadable part."""
        reader, silent = LogReader(), True
        with source.open() as stream:
            for block in blocks(Utf8Stream(stream)):
                for found in reader.block(block):
                    silent = False
                    yield found
        for found in reader.end():
            silent = False
            yield found
        if silent:
            yield from _named(source)


def _named(source: Source) -> Iterator[Record]:
    """For a log without any supported line, report the lines that name the service, by program."""
    named = NamedLines()
    with source.open() as stream:
        for block in blocks(Utf8Stream(stream)):
            for number, content in enumerate(block.lines, block.first):
                if has_stamp(content):
                    line = take_apart(number, content)
                    # Every program on the device belongs to the service, so only the line's text counts.
                    if names_service("", line.text.encode()):
                        named.add(line.program, line.text.encode(), at_line(number), line_timestamp(line))
    yield from named.records()


def _first_lines(head: bytes) -> list[bytes]:
    """The first non-empty lines. Most files are not claimed, so no more is split than needed."""
    found: list[bytes] = []
    rest = head.replace(b"\0", b"\n").lstrip()
    while rest and len(found) < _SAMPLE:
        *lines, rest = rest.split(b"\n", _SAMPLE) if b"\n" in rest else (rest, b"")
        found += [line for line in lines if line.strip()]
        rest = rest.lstrip()
    return found[:_SAMPLE]
