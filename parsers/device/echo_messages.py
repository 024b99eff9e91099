"""The main system log of a first-generation Echo: what it heard, what it sent, and what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.device.echo1_interaction import Interactions
from parsers.device.echo1_line import MAX_LINE, LogLine, Raw, is_line, raw_lines, seconds_of, take_apart
from parsers.device.echo1_records import line_moment, records_of
from parsers.device.echo1_state import States
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register

#: Lines without any of these are passed over unread.
_INTERESTING = re.compile(
    rb"detection_type=|logGroupMetric:|WakeupWord=|utterance_preroll|voiceRequestId|encoderStreamingStarted|data='"
    rb"|asrStreamId=|utteranceId=|finalize_stream|totalBytesWritten|sendUpdates:Mode| buttond|bootbegins|Linux version"
    rb"|syslog-ng starting|[Mm]ute| (?:ntpd|system|kernel|date|timed|http_time_fetcher|lipc-daemon)(?:\[\d+\])?: ",
)
_BACK_SECONDS = 2
_GAP_SECONDS = 15 * 60
#: Of the first lines with content, at least this many must be of the form.
_SAMPLE, _OF_FORM = 8, 2


@register
class EchoMessages(Parser):
    """Reads ``messages`` and its rotations, once they are decompressed."""

    name: ClassVar[str] = "echo_messages"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="System log of a first-generation Echo",
        data_types=(
            "echo:log:wake_word", "echo:log:near_miss", "echo:log:audio_stream", "echo:log:answer",
            "echo:log:voice_request", "echo:log:volume", "echo:log:button", "echo:log:boot", "echo:log:clock_change",
        ),
        known_by=(
            "lines of the form YYYYMMDD:HHMMSS program[pid]: L component:function:key=value,...:text",
            "/var/local/log/messages_{8 digits}_{14 digits}.gz (rotated), /var/log/messages (current)",
        ),
        proves=(
            "When the device's detector accepted or rejected something like its wake word, when audio was sent to the"
            " Alexa service and under which utterance id, and when an answer was played; by the device's own clock."
        ),
        does_not_prove=(
            "What was said, or by whom: the log holds no audio and no text. An accepted wake word may be a mishearing."
            " The absence of a line shows nothing where the log has gaps or was rotated away."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2), software 669701320: Mich21050/EchoSystemFiles, 2021-22",),
        limits=(
            "The line's own time is to the second; milliseconds are given where the line writes them.",
            "After a start the clock is set from a date kept on disk until a time server is reached.",
            "An interaction whose lines lie in two rotations is joined by its request id or sample number.",
            "Other logs of the device (kern, daemon, bluetooth, metrics) are not read by this parser.",
        ),
        references=(
            "github.com/Mich21050/EchoSystemFiles: var/local/log, etc/init/boot-begins.conf, etc/init.d/set-the-date",
        ),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether the first lines are of the form."""
        lines = [line for line in source.head[:8192].split(b"\n") if line.strip(b"\r\0 ")][:_SAMPLE]
        return sum(is_line(line) for line in lines) >= min(_OF_FORM, max(1, len(lines)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of the log in the order of its interactions, and an issue for what is not a line."""
        interactions, states, clock = Interactions(), States(), _Clock()
        with source.open() as stream:
            for raw in raw_lines(stream):
                if not is_line(raw.content):
                    yield from _not_a_line(raw)
                    continue
                if raw.cut:
                    yield Issue(
                        f"The line is longer than {MAX_LINE} bytes; the rest was not read.", at_line(raw.number)
                    )
                yield from clock.check(raw)
                if not _INTERESTING.search(raw.content):
                    continue
                line = take_apart(raw)
                if line is None:
                    continue
                for one in interactions.feed(line):
                    yield from records_of(one)
                yield from states.read(line)
        for one in interactions.closed():
            yield from records_of(one)


class _Clock:
    """Watches the log's own clock for steps back and for long gaps."""

    def __init__(self) -> None:
        self._before: Raw | None = None
        self._stamp = b""

    def check(self, raw: Raw) -> Iterator[Record]:
        stamp = raw.content[:15]
        if stamp == self._stamp:
            return
        before, self._before, self._stamp = self._before, raw, stamp
        if before is None:
            return
        earlier, later = seconds_of(before.content), seconds_of(raw.content)
        if earlier is None or later is None or -_BACK_SECONDS < later - earlier < _GAP_SECONDS:
            return
        line, last = take_apart(raw), take_apart(before)
        if line is not None and last is not None:
            yield _step(last, line, later - earlier)


def _step(last: LogLine, line: LogLine, seconds: int) -> Record:
    how = f"goes back by {-seconds} s" if seconds < 0 else f"goes on by {seconds} s without a line between"
    message = (
        f"The log's clock {how}, from {last.stamp} to {line.stamp}. The device may have been without power, its clock"
        " may have been changed, or lines may be missing."
    )
    fields: dict[str, Value] = {"before": last.stamp, "before_line": last.number, "seconds": seconds}
    return Record("echo:log:clock_change", message, at_line(line.number), (line_moment(line),), fields=fields)


def _not_a_line(raw: Raw) -> Iterator[Issue]:
    """An issue for a line that is not of the form. Empty lines are none, nor is the torn first line of a file."""
    if not raw.content.strip(b"\r\0 ") and b"\0" not in raw.content:
        return
    if raw.number == 1:
        return
    what = "The line is not of the log's form, and was not read."
    if b"\0" in raw.content:
        what = "The line holds zero bytes, as a loss of power leaves them, and was not read."
    yield Issue(what, at_line(raw.number), raw.content[:64])
