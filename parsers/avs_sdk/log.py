"""Log files of the AVS Device SDK and the Auto SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.avs_sdk import event
from parsers.avs_sdk import line as avs_line
from parsers.avs_sdk.event import AvsFinder, AvsFound
from parsers.definition.log_lines import DESCRIBED, SEEN, known_as, line_kinds
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.text import first_lines, raw_lines
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: Longer lines are cut at this length.
MAX_LINE = 65536
#: How many lines of the head are checked: programs write a banner first.
FIRST_LINES = 200
#: The end of a stamp, and the bracket behind it.
_STAMP_END = rb"[.,]\d\d\d[^\n]*\["
#: What the sample program prints to the screen between log lines.
_SCREEN = re.compile(rb"[#+ |-]{3,200}|#.{0,200}#|[ \t]*[+|].{0,200}[+|]")


@register
class AvsSdkLog(Parser):
    """Reads one log."""

    name: ClassVar[str] = "avs_sdk_log"
    version: ClassVar[str] = "3"
    needs: ClassVar[tuple[bytes, ...]] = (_STAMP_END,)
    needs_in_text: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of the AVS Device SDK and the Alexa Auto SDK: soundbars, televisions, cars",
        data_types=(*event.TYPES, FILE_TYPE),
        known_by=(
            "lines of the form YYYY-MM-DD hh:mm:ss.mmm [thread] L Source:event:key=value,...:message; the time may be"
            " as ISO 8601 has it",
            "lines of the form YYYY-MM-DD hh:mm:ss.mmm [AAC] L text, with AAC, AVS or APP (Auto SDK)",
        ),
        shows=(
            "When, by the device's own clock in UTC, a wake word was reported to its program, captured speech,"
            " began a turn"
            " with the service and under which dialog request id, which events it made and which directives it got."
        ),
        does_not_show=(
            "What was said, or by whom. A detector may mishear. BUSY can throw the dialogue back to LISTENING without"
            " a second wake word. How much is logged is the maker's choice."
        ),
        validated_on=(
            "Made files only, in the form that the SDK's published source writes.",
            f"Lines seen in logs that others published: {known_as(line_kinds(event.TABLE), SEEN)}.",
            f"Lines that are only described: {known_as(line_kinds(event.TABLE), DESCRIBED)}.",
        ),
        limits=(
            "Lines of other kinds are counted in the file's own record, by their source.",
            "Access and refresh tokens are never shown: their length is, and a SHA-256 if they are long.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=(
            "https://github.com/alexa/avs-device-sdk (AVSCommon/Utils/src/Logger; issues 399, 421, 722, 1783)",
            "https://github.com/alexa/alexa-auto-sdk (modules/core/engine/src/Logger)",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether one of the first lines has the form."""
        if b"] " not in source.head and b"]\0 " not in source.head:
            return False
        return any(map(avs_line.begins, first_lines(source.head, FIRST_LINES, MAX_LINE)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each line of a known kind, and one for the file."""
        summary = LogSummary()
        for found in found_lines(source, summary):
            if found.record:
                yield found.record
        yield from summary.end(None)


def found_lines(source: Source, summary: LogSummary) -> Iterator[AvsFound]:
    """Yield the lines of the SDK's form, of known kinds or not. Every line of the file is counted in the summary."""
    finder = AvsFinder()
    with source.open() as stream:
        for raw in raw_lines(stream, MAX_LINE):
            if summary.of_form >= MAX_LINES:
                summary.beyond += 1
                continue
            found = finder.find(raw.content, None, raw.locator)
            if found is None:
                if not _SCREEN.fullmatch(raw.content[:400]):
                    summary.other(OtherLine(raw.locator, raw.content, raw.cut))
                continue
            summary.line(found.line.source or "without a source", found.timestamp)
            if raw.cut:
                summary.cut(raw.locator)
            yield found
