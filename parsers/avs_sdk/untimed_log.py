"""Logs of the AVS Device SDK whose times were left out, or written in a way that can mean two days.

References:
    As for :mod:`parsers.avs_sdk.line`. That programs built on the SDK replace its time is an assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.avs_sdk import event
from parsers.avs_sdk import line as avs_line
from parsers.avs_sdk.event import AvsFinder
from parsers.avs_sdk.log import FIRST_LINES, MAX_LINE, found_lines
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary
from parsers.formats.logs.text import first_lines
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_BARE = rb"^(?:\d\d/\d\d/\d{4},? [\d:.,]{12}(?: [AP]M)? )?\[ {0,8}[0-9a-f]{1,16}\] [0-9IWECDV?] [A-Z]"
#: So many of the first lines show that a log is the SDK's, if one of them is of a known kind.
_LEAST = 2
_UNTIMED = (
    "The log writes no time: {} without one. Ask for the log as the device wrote it: the SDK writes date and time"
    " before each line."
)


@register
class AvsSdkUntimedLog(Parser):
    """Reads one log."""

    name: ClassVar[str] = "avs_sdk_untimed_log"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (_BARE,)
    needs_in_text: ClassVar[bool] = True
    last_resort: ClassVar[int] = 1
    about: ClassVar[About] = About(
        title="Logs of the AVS Device SDK without times",
        data_types=(*event.TYPES, FILE_TYPE),
        known_by=(
            "lines of the form [thread] L Source:event:key=value,...:message, alone or behind a date with slashes, of"
            " which one is of a known kind",
        ),
        shows="What the log of a device with the SDK shows, in its order: wake words, turns, directives.",
        does_not_show="When. A date with slashes may have day and month exchanged, and its zone is not known.",
        validated_on=("Made files only.",),
        limits=(f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",),
        references=("https://github.com/alexa/avs-device-sdk (AVSCommon/Utils/src/Logger)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether some of the first lines have the form, and one of them is of a known kind."""
        loose = [line for line in first_lines(source.head, FIRST_LINES, MAX_LINE) if avs_line.loose(line)]
        finder = AvsFinder()
        return len(loose) >= _LEAST and any((found := finder.find(line, None, "")) and found.record for line in loose)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each line of a known kind, an issue if there are no times, and one record for the file."""
        summary, untimed = LogSummary(), 0
        for found in found_lines(source, summary):
            untimed += found.timestamp is None
            if found.record:
                yield found.record
        if untimed:
            yield Issue(_UNTIMED.format("one line is" if untimed == 1 else f"{untimed} lines are"))
        yield from summary.end(None)
