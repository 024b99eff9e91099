"""Single lines of the log that are records by themselves: near misses, volume, mute, buttons, boots, the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.device.echo1_interaction import ACCEPTED, detection
from parsers.device.echo1_line import LogLine
from parsers.device.echo1_records import line_moment
from parsers.locator import at_line
from parsers.record import Record, Value

_VOLUME = re.compile(
    r"AudioCtrl:sendUpdates:Mode (?P<mode>-?\d{1,4}) Speak (?P<speaker>-?\d{1,4}) Main (?P<main>-?\d{1,4})"
    r" Phon (?P<phone>-?\d{1,4}) Alarm (?P<alarm>-?\d{1,4}) (?P<alarm_now>-?\d{1,4}) Mute (?P<mute>-?\d{1,4})"
)
_HARDWARE_MUTE = re.compile(r"HardwareMute-(-?\w{1,20})")
_MUTE_CHANGED = re.compile(
    r"(?:updating_state=(?P<state>\w*[Mm]ute\w*),value=|evts:name=(?P<name>\w*[Mm]ute\w*), .*?fparam=)"
    r"(?P<value>[^:,]{0,40})"
)
_BOOT_MARKS = ("bootbegins:", "Linux version ", "syslog-ng starting up")
_CLOCK_WORDS = re.compile(
    r"clock is now (?:un)?synced|(?:adjusting|setting|set|stepping|step)\b.{0,30}\b(?:local )?(?:clock|time|date)\b"
    r"|skew change .{0,20}exceeds|timeChanged|time (?:was )?(?:set|stepped)|deviceHasTime",
    re.IGNORECASE,
)
_CLOCK_PROGRAMS = ("ntpd", "system", "kernel", "date", "timed", "http_time_fetcher", "lipc-daemon")
#: Marks of one boot follow each other within this many lines.
_BOOT_LINES = 2_000


class States:
    """Reads single lines. Keeps the microphone's hardware mute as last seen, and the last boot."""

    def __init__(self) -> None:
        self._hardware_mute: str | None = None
        self._last_boot = -_BOOT_LINES

    def read(self, line: LogLine) -> Iterator[Record]:
        """The records of a line."""
        if (found := detection(line.text)) and found["type"] != ACCEPTED:
            yield _near_miss(line, found)
        elif volume := _VOLUME.search(line.text):
            yield _volume(line, volume)
        elif line.program == "buttond":
            yield _plain(line, "echo:log:button", "The device's log records of its buttons", {})
        elif any(mark in line.text for mark in _BOOT_MARKS):
            yield from self._boot(line)
        elif line.program in _CLOCK_PROGRAMS and _CLOCK_WORDS.search(line.text):
            yield _plain(line, "echo:log:clock_change", "The device's log records of its clock", {})
        else:
            yield from self._mute(line)

    def _boot(self, line: LogLine) -> Iterator[Record]:
        if line.number - self._last_boot > _BOOT_LINES:
            note = " Until the device has reached a time server its clock may lag, at a date it kept before."
            record = _plain(line, "echo:log:boot", "The device's log records a start of the device", {})
            yield Record(record.data_type, record.message + note, record.locator, record.moments, fields=record.fields)
        self._last_boot = line.number

    def _mute(self, line: LogLine) -> Iterator[Record]:
        if changed := _MUTE_CHANGED.search(line.text):
            name = changed["state"] or changed["name"]
            fields: dict[str, Value] = {"name": name, "value": changed["value"]}
            message = f"The device's log records that {name} is now {changed['value'] or 'empty'}."
            yield Record("echo:log:volume", message, at_line(line.number), (line_moment(line),), fields=fields)
        elif found := _HARDWARE_MUTE.search(line.text):
            before, self._hardware_mute = self._hardware_mute, found[1]
            if before is not None and before != found[1]:
                fields = {"name": "HardwareMute", "value": found[1], "before": before}
                message = f"The device's log records that HardwareMute is now {found[1]}; it was {before}."
                yield Record("echo:log:volume", message, at_line(line.number), (line_moment(line),), fields=fields)


def _near_miss(line: LogLine, found: re.Match[str]) -> Record:
    fields: dict[str, Value] = {
        "detection_type": found["type"],
        "recognition_id": found["recognition"],
        "segmentation_score": found["segmentation"],
        "classifier_score": found["classifier"],
        "active_threshold": found["threshold"],
    }
    message = (
        f"The device's log records a detection of the type {found['type']}: something like the wake word was heard"
        f" and not accepted (segmentation score {found['segmentation']}, classifier score {found['classifier']},"
        f" threshold {found['threshold']}). The line names no audio stream."
    )
    return Record("echo:log:near_miss", message, at_line(line.number), (line_moment(line),), fields=fields)


def _volume(line: LogLine, found: re.Match[str]) -> Record:
    fields: dict[str, Value] = {name: int(value) for name, value in found.groupdict().items()}
    message = (
        f"The device's log records its sound output: mode {found['mode']}, speaker volume {found['speaker']},"
        f" main volume {found['main']}, alarm volume {found['alarm']}, output mute {found['mute']}."
    )
    return Record("echo:log:volume", message, at_line(line.number), (line_moment(line),), fields=fields)


def _plain(line: LogLine, data_type: str, lead: str, fields: dict[str, Value]) -> Record:
    text = line.text if len(line.text) <= _SHOWN else line.text[: _SHOWN - 1] + "…"
    whole: dict[str, Value] = {"program": line.program, "text": line.text, **fields}
    return Record(data_type, f"{lead}: {text}", at_line(line.number), (line_moment(line),), fields=whole)


_SHOWN = 300
