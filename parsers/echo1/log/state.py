"""Single log lines that make a record each: sound output, mute, buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.echo1.log.line import LogLine
from parsers.echo1.log.timestamps import line_timestamp
from parsers.formats.lazy_pattern import lazy
from parsers.locator import at_line
from parsers.record import Record, Value

_VOLUME = lazy(
    r"sendUpdates:Mode (?P<mode>-?\d{1,4}) Speak (?P<speak>-?\d{1,4}) Main (?P<main>-?\d{1,4})"
    r" Phon (?P<phon>-?\d{1,4}) Alarm (?P<alarm>-?\d{1,4}) (?P<alarm_second>-?\d{1,4}) Mute (?P<mute>-?\d{1,4})"
    r"(?=[:\s]|$)"
)
_HARDWARE_MUTE = lazy(r"HardwareMute-(?P<value>-?\w{1,20})[;}]")
_RULES = "ControlRuleEngine:processRules:"
_MUTE = lazy(r"(?<![A-Za-z])mute|(?<![A-Z])M(?:ute|UTE)")
#: Every line about mute contains one of these.
_MUTE_WORDS = ("mute", "Mute", "MUTE")
_NAMED = lazy(
    r"updating_state=(?P<state>\w{1,60}),value=(?P<value>[^,:]{0,60})[,:]"
    r"|evts:name=(?P<event>\w{1,60}), .{0,100}?fparam=(?P<parameter>[^,:]{0,60}):"
)
_BUTTON = lazy(r"(?:name|event|state|reason|source|key|prop|cmd)=\w{0,60}[bB]utton")
_REPEATED = "Last message '"
#: How many programs' last mute lines are kept.
_MAX_PROGRAMS = 64
#: How many characters of a line a message shows.
_SHOWN = 300


class States:
    """Reads single lines. Remembers the last mute state, so that repeats make no record."""

    def __init__(self) -> None:
        self._hardware_mute: tuple[str, int] | None = None
        self._mute_by_program: dict[str, str] = {}

    def read(self, line: LogLine) -> Iterator[Record]:
        """The records of a line."""
        text = line.text
        if "sendUpdates:Mode" in text and (volume := _VOLUME.search(text)):
            yield _volume(line, volume)
        elif line.program == "buttond" or ("utton" in text and _BUTTON.search(text)):
            yield verbatim(line, "echo:log:button", "The device's log records of its buttons")
        elif _RULES in text:
            yield from self._rules(line)
        elif (
            any(map(text.__contains__, _MUTE_WORDS))
            and _MUTE.search(text)
            and line.program not in ("kernel", "last_kmsg")
        ):
            yield from self._mute(line)

    def _rules(self, line: LogLine) -> Iterator[Record]:
        found = _HARDWARE_MUTE.search(line.text)
        if found is None:
            return
        value = found["value"]
        before, self._hardware_mute = self._hardware_mute, (value, line.number)
        if before is None or before[0] == value:
            return
        fields: dict[str, Value] = {"name": "HardwareMute", "value": value, "before": before[0]}
        fields["before_line"] = before[1]
        message = f"The device's log records that HardwareMute is {value}; it was {before[0]} at line {before[1]}."
        yield Record("echo:log:volume", message, at_line(line.number), (line_timestamp(line),), fields=fields)

    def _mute(self, line: LogLine) -> Iterator[Record]:
        known = self._mute_by_program.get(line.program)
        if line.text == known or line.text.startswith(_REPEATED):
            return
        if known is None and len(self._mute_by_program) >= _MAX_PROGRAMS:
            self._mute_by_program.clear()
        self._mute_by_program[line.program] = line.text
        fields: dict[str, Value] = {}
        if found := _NAMED.search(line.text):
            fields = {"name": found["state"] or found["event"], "value": found["value"] or found["parameter"] or ""}
        yield verbatim(line, "echo:log:volume", "The device's log records of mute", fields)


def verbatim(line: LogLine, data_type: str, lead: str, more: dict[str, Value] | None = None) -> Record:
    """A record that quotes a line as found."""
    text = line.text if len(line.text) <= _SHOWN else line.text[: _SHOWN - 1] + "…"
    fields: dict[str, Value] = {"program": line.program, "text": line.text, **(more or {})}
    return Record(data_type, f"{lead}: {text}", at_line(line.number), (line_timestamp(line),), fields=fields)


def _volume(line: LogLine, found: re.Match[str]) -> Record:
    fields: dict[str, Value] = {name: int(value) for name, value in found.groupdict().items()}
    message = (
        f"The device's log records its sound settings, as it names them: Mode {found['mode']}, Speak {found['speak']},"
        f" Main {found['main']}, Phon {found['phon']}, Alarm {found['alarm']} and {found['alarm_second']},"
        f" Mute {found['mute']}."
    )
    return Record("echo:log:volume", message, at_line(line.number), (line_timestamp(line),), fields=fields)
