"""Lines of the AVS Device SDK that become records.

To support another kind, add an entry to the table ``log_lines/avs_device_sdk.yaml`` of :mod:`parsers.definitions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parsers.avs_sdk import line as avs_line
from parsers.avs_sdk.line import AvsLine
from parsers.definition.log_lines import LineKind, line_kinds
from parsers.formats.json.text import JsonError, decode
from parsers.record import Clock, Record, Timestamp, Value
from parsers.secret import masked, masked_values
from parsers.values import Keeper, shown

TABLE = "avs_device_sdk"
CONTEXT_TYPE, SECRET_TYPE = "echo:avs:context", "echo:avs:credential"
TYPES = tuple(sorted({kind.data_type for kind in line_kinds(TABLE)} | {CONTEXT_TYPE, SECRET_TYPE}))
_ZONED = "The device's clock; the line writes its zone."
_ZONE_UNKNOWN = (
    "The device's clock; the line does not say in which zone, and it is not the form in which the AVS Device SDK writes"
    " UTC."
)
_STAMPED = "The device's clock, UTC to the millisecond, as the line of the AVS Device SDK writes it."
_TWO_DAYS = "The device's clock; the line does not say in which zone, and day and month may be exchanged."
_INNER = " The log around it writes {outer}."
_NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
#: Microseconds of 2010-01-01: earlier times mean that the clock was not set.
_FIRST = 1_262_304_000_000_000
_CONTEXT = re.compile(r"(?:jsonContext|context)=(?P<json>\{.*\})", re.DOTALL)
_SECRET = re.compile(r"At[a-z]{2}\||\bBearer\s|(?:refresh|access)_token\b.{0,4}=", re.IGNORECASE)
#: The states in a context, and which of their values the sentence shows.
_STATES = {
    "Speaker": ("volume", "muted"), "AudioPlayer": ("playerActivity", "token", "offsetInMilliseconds"),
    "SpeechSynthesizer": ("playerActivity",), "SpeechRecognizer": ("wakeword",), "Alerts": ("allAlerts",),
    "Notifications": ("isEnabled", "isVisualIndicatorPersisted"),
}  # fmt: skip
_MAX_TEXT = 1000
#: How many sources have their line kinds cached while a log is read.
_MAX_SOURCES = 1000


class AvsFinder:
    """Makes records of one log's lines."""

    def __init__(self) -> None:
        self._by_source: dict[str, tuple[LineKind, ...]] = {}
        self._named: dict[bytes, bool] = {}

    def find(self, text: bytes, outer: Timestamp | None, locator: str, *, timed: bool = True) -> AvsFound | None:
        """Read a text as a line of the SDK. A line without a time gets that of the line around it.

        Args:
            text: the line, or the text of another log's line.
            outer: the time of the enclosing line.
            locator: its locator.
            timed: whether it may have its own time, as :func:`parsers.avs_sdk.line.has_time` reports.
        """
        line = (avs_line.find(text) if timed else None) or avs_line.loose(text) or self._without_time(text)
        return AvsFound(line, own_timestamp(line) or outer, self._record(line, outer, locator)) if line else None

    def _without_time(self, text: bytes) -> AvsLine | None:
        """Read a line without a time, only if its kind is known: many programs write ``a:b:c``."""
        end = text.find(b":", 0, 130)
        if end < 0 or not self._is_named(text[:end]) or (line := avs_line.without_time(text)) is None:
            return None
        return line if self._kind(line, named=True) else None

    def _is_named(self, source: bytes) -> bool:
        """Whether a kind lists this source by name."""
        found = self._named.get(source)
        if found is None:
            if len(self._named) > _MAX_SOURCES:
                self._named.clear()
            found = any(_names(kind) for kind in self._kinds(source.decode("utf-8", "backslashreplace")))
            self._named[source] = found
        return found

    def _kinds(self, source: str) -> tuple[LineKind, ...]:
        """The kinds of lines that a source may write."""
        found = self._by_source.get(source)
        if found is None:
            if len(self._by_source) > _MAX_SOURCES:
                self._by_source.clear()
            written = source.encode("utf-8", "backslashreplace")
            found = tuple(kind for kind in line_kinds(TABLE) if kind.programs and kind.programs.fullmatch(written))
            self._by_source[source] = found
        return found

    def _record(self, line: AvsLine, outer: Timestamp | None, locator: str) -> Record | None:
        keys: tuple[str, ...] = ()
        values: Mapping[str, object]
        if context := _context(line):
            data_type, message, values = CONTEXT_TYPE, *context
        elif kind := self._kind(line):
            match = kind.text.search(line.text.encode("utf-8", "surrogateescape"))
            groups = match.groupdict(b"") if match else {}
            named = {name: value.decode("utf-8", "backslashreplace") for name, value in groups.items() if value}
            values = {**line.values, **named}
            data_type, message, keys = kind.data_type, masked(kind.sentence(values)), kind.shared(values)
        elif _SECRET.search(line.text):
            data_type, values = SECRET_TYPE, line.values
            message = f"The log of {line.source or 'the program'} holds a secret: {shown(masked(line.text), 200)}"
        else:
            return None
        if request := line.values.get("dialogRequestId"):
            keys = tuple(dict.fromkeys((*keys, f"dialog-request:{request}")))
        fields: dict[str, Value] = {"source": line.source, "event": line.event, "text": masked(line.text[:_MAX_TEXT])}
        fields["values"] = masked_values(values)
        if outer is not None and line.stamp:
            fields["time_of_the_log_around"] = outer.recorded
        timestamp = _timestamp(line, outer)
        timestamps = (timestamp,) if timestamp else ()
        return Record(data_type, message, locator, timestamps, fields=Keeper().fields(fields), keys=keys)

    def _kind(self, line: AvsLine, *, named: bool = False) -> LineKind | None:
        """The kind of a line. ``named``: only kinds that list their sources."""
        text = line.text.encode("utf-8", "surrogateescape")
        for kind in self._kinds(line.source):
            if named and not _names(kind):
                continue
            if all(need in line.values for need in kind.required) and kind.text.search(text):
                return kind
        return None


def _names(kind: LineKind) -> bool:
    """Whether a kind lists the sources of its lines, instead of accepting any."""
    return kind.programs is not None and not kind.programs.pattern.startswith((b"\\w", b"."))


@dataclass(frozen=True, slots=True)
class AvsFound:
    """A line of the SDK, when it was written, and its record if the kind is known."""

    line: AvsLine
    timestamp: Timestamp | None
    record: Record | None


def own_timestamp(line: AvsLine) -> Timestamp | None:
    """The line's own time, or None."""
    return _timestamp(line, None)


def _timestamp(line: AvsLine, outer: Timestamp | None) -> Timestamp | None:
    if not line.stamp:
        return outer
    note, timestamp = _STAMPED, line.timestamp
    if line.stamp.endswith("Z") or set("+-") & set(line.stamp[10:]):
        note = _ZONED
    if not line.zoned:
        note = _TWO_DAYS if "/" in line.stamp else _ZONE_UNKNOWN
    elif timestamp is None or timestamp < _FIRST:
        timestamp, note = None, _NOT_SET
    if outer is not None:
        note += _INNER.format(outer=outer.recorded)
    return Timestamp("Recorded Time", line.stamp, Clock.DEVICE, timestamp, note)


def _context(line: AvsLine) -> tuple[str, dict[str, Value]] | None:
    """The device state that a line gives as JSON: the message text, and the states by name."""
    found = _CONTEXT.search(line.text)
    if found is None:
        return None
    try:
        value = decode(found["json"])
    except JsonError:
        message = "The log records the state of the device at a turn; it could not be taken apart."
        return message, {"context": masked(found["json"][:_MAX_TEXT])}
    states = dict(_states(value))
    parts = [
        f"{name} {member} {shown(payload[member], 120) or 'given'}"
        for name, payload in states.items()
        for member in _STATES.get(name, ())
        if isinstance(payload, dict) and payload.get(member) not in (None, "", [])
    ]
    message = "The log records the state of the device at a turn"
    kept = Keeper().keep(masked_values(states), "context")
    return f"{message}: {'; '.join(parts)}." if parts else f"{message}.", {"context": kept}


def _states(value: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Each state of a context: a list member with a header and a payload, or a member by name."""
    context = value.get("context", value) if isinstance(value, dict) else value
    for item in context if isinstance(context, list) else ():
        header = item.get("header") if isinstance(item, dict) else None
        payload = item.get("payload") if isinstance(item, dict) else None
        if isinstance(header, dict) and isinstance(header.get("namespace"), str) and isinstance(payload, dict):
            yield header["namespace"], payload
    if isinstance(context, dict):
        for name, payload in context.items():
            if isinstance(payload, dict):
                yield str(name), payload
