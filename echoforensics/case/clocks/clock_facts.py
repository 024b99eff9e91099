"""Facts about clocks in a case's rows: pairs of times of one event, and when a clock was set."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from parsers.times import iso
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

SECOND = 1_000_000
#: Smaller steps do not begin a new period: time servers correct a clock by as much each day.
SMALLEST_STEP = SECOND
#: Names of folders, in paths of the evidence, that are the root of a device's or a phone's file system.
_ROOT = re.compile(r"(?:^|/)(?:var|data/(?:data|user|misc|system|local|log)|private/var|mnt/alexa)/")
_STREAM = ("echo:log:audio_stream",)
_SET = ("echo:log:clock_change", "echo:log:boot")
_ANSWER = ("alexa:cloud:response", "alexa:web:cached")


class Basis(StrEnum):
    """The source of a pair of times."""

    STREAM = "the device's time of an audio stream beside the second in the utterance id that the service gave it"
    SERVER = "corrections by a time server, which the device's log records"
    ANSWER = "the times at which an answer was asked for and came, beside the server's own Date in it"


class PairedTimes(NamedTuple):
    """One event by two clocks.

    Attributes:
        owner: whose clock it is: an evidence item, and the folder in it that is the root of the file system.
        clock: ``device``, ``phone``, or ``unknown``.
        basis: the source of the pair.
        time: by that clock, in microseconds since 1970 UTC.
        least, most: bounds of how far the clock was ahead of the other, in microseconds; negative: behind.
        exhibit: the row that holds the pair.
    """

    owner: str
    clock: str
    basis: Basis
    time: int
    least: int
    most: int
    exhibit: str


class ClockSetting(NamedTuple):
    """A clock was set by a second or more, or its device started. Earlier measurements do not hold after it.

    Attributes:
        owner, clock: as in :class:`PairedTimes`.
        time: what the clock showed afterwards, in microseconds since 1970 UTC.
        by: how far it was moved, in microseconds; negative: back. None if the record does not say.
        exhibit: the row that says so.

    Example:
        >>> [setting.by for setting in case.clock_settings()]
        [None]
    """

    owner: str
    clock: str
    time: int
    by: int | None
    exhibit: str

    @property
    def sentence(self) -> str:
        """The setting in one sentence."""
        when = second_in_utc(self.time)
        if self.by is None:
            return f"{self.owner}: the log records at {when} that the clock was set, or the device started."
        had = "behind" if self.by > 0 else "ahead"
        return (
            f"{self.owner}: the log records at {when} that the clock was set by {self.by / 1e6:+.3f} s. It had been"
            f" {abs(self.by) / 1e6:.3f} s {had}; since when is not recorded."
        )


def second_in_utc(time: int) -> str:
    """Return a time, in microseconds since 1970 UTC, to the second and with its zone, for a sentence."""
    return f"{(iso(time) or '')[:19].replace('T', ' ')} UTC"


class _Line(NamedTuple):
    data_type: str
    evidence: str
    path: str
    timestamp: int | None
    timestamp_desc: str
    clock: str
    utterance_id: str | None
    record: str
    exhibit: str
    fields: str


def clock_pairs(store: Store) -> Iterator[PairedTimes]:
    """Yield the pairs of times in a case's rows."""
    yield from _streams(store)
    for line in _lines(store, _SET):
        ahead = _correction(line)
        if ahead is not None and abs(ahead) < SMALLEST_STEP and line.timestamp is not None:
            yield PairedTimes(
                owner_of(line.evidence, line.path), line.clock, Basis.SERVER, line.timestamp, ahead, ahead, line.exhibit
            )
    yield from _answers(store)


def clock_settings(store: Store) -> list[ClockSetting]:
    """Return when clocks were set by a second or more, or their devices started; by clock and time."""
    found = []
    for line in _lines(store, _SET):
        ahead = _correction(line)
        if line.timestamp is not None and (ahead is None or abs(ahead) >= SMALLEST_STEP):
            by = None if ahead is None else -ahead
            found.append(ClockSetting(owner_of(line.evidence, line.path), line.clock, line.timestamp, by, line.exhibit))
    return sorted(found, key=lambda setting: (setting.owner, setting.clock, setting.time, setting.exhibit))


def running_clocks(store: Store) -> set[tuple[str, str]]:
    """Owner and kind of every device's and phone's clock that has times in the case."""
    found = store.db.execute(
        "SELECT DISTINCT v.name, e.path, m.clock FROM"
        " (SELECT DISTINCT place_id, time_kind FROM exhibits) x"
        " JOIN time_kinds m ON m.id = x.time_kind JOIN places p ON p.id = x.place_id"
        " JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id"
        " WHERE m.clock IN ('device', 'phone')"
    )
    return {(owner_of(evidence, path), clock) for evidence, path, clock in found}


def owner_of(evidence: str, path: str) -> str:
    """Return whose clock wrote a file: the evidence item, plus the root folder where it holds several file systems."""
    found = _ROOT.search(path)
    root = path[: found.start()].rpartition("!/")[2] if found else ""
    return f"{evidence}: {root}" if root else evidence


def _streams(store: Store) -> Iterator[PairedTimes]:
    """Pairs from streams: the service makes the utterance id when it opens the stream, and truncates it to seconds."""
    for line in _lines(store, _STREAM):
        utterance = UtteranceId.parse(line.utterance_id) if line.utterance_id else None
        if line.timestamp_desc != "Connection Established" or line.timestamp is None or utterance is None:
            continue
        most = line.timestamp - utterance.timestamp
        yield PairedTimes(
            owner_of(line.evidence, line.path), line.clock, Basis.STREAM, line.timestamp, most - SECOND, most,
            line.exhibit,
        )  # fmt: skip


def _answers(store: Store) -> Iterator[PairedTimes]:
    """Pairs from answers: a server's Date, in whole seconds, lies between the request and the answer."""
    asked: dict[str, int] = {}
    came: dict[str, _Line] = {}
    for line in _lines(store, _ANSWER):
        if line.timestamp is None:
            continue
        if line.timestamp_desc == "Sent Time":
            asked[line.record] = line.timestamp
        elif line.timestamp_desc == "Recorded Time":
            came.setdefault(line.record, line)
    for record, line in came.items():
        date = _http_date(line.fields)
        if date is None or line.timestamp is None or record not in asked:
            continue
        yield PairedTimes(
            owner_of(line.evidence, line.path), line.clock, Basis.ANSWER, line.timestamp,
            asked[record] - date - SECOND, line.timestamp - date, line.exhibit,
        )  # fmt: skip


def _correction(line: _Line) -> int | None:
    """Return how far ahead a time server found the clock, in microseconds; None if the line does not say."""
    try:
        return -round(float(_field(line.fields, "seconds")) * SECOND) if line.data_type == _SET[0] else None
    except (TypeError, ValueError, OverflowError):
        return None


def _http_date(fields: str) -> int | None:
    try:
        return round(parsedate_to_datetime(_field(fields, "http_date")).timestamp()) * SECOND
    except (TypeError, ValueError, OverflowError):
        return None


def _field(fields: str, name: str) -> Any:
    return json.loads(fields).get(name)


def _lines(store: Store, types: tuple[str, ...]) -> Iterator[_Line]:
    marks = ", ".join("?" for _ in types)
    found = store.db.execute(
        f"SELECT {', '.join(_Line._fields)} FROM row_details WHERE number IN"  # noqa: S608 (our names)
        f" (SELECT number FROM exhibits WHERE kind IN (SELECT id FROM kinds WHERE data_type IN ({marks})))"
        " ORDER BY number",
        types,
    )
    return map(_Line._make, found)
