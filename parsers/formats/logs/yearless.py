"""Infer the years of log lines that omit them, counting back from the log's rotation as far as that is reliable.

References:
    Own measurement on the logs of a first-generation Echo (Mich21050/EchoSystemFiles): its clock is UTC, a rotated
    log's name holds when it was rotated, and in ``daemon.log_00001716`` ``ntpdate`` steps the clock by 79,635,820
    seconds between two neighbouring lines. Counting back without looking at such a step would date 2019 as 2021.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_DAY = 86400
#: A gap longer than this may hide a whole year, so earlier lines have no known year.
MAX_SILENCE = 60 * _DAY
#: A clock may be set back by up to this many seconds without implying a new year.
_BACK = _DAY
#: A line before a clock step was written at most this many seconds earlier.
_BEFORE_STEP = 3600
#: Tolerance of a reported clock step in seconds: cron counts whole minutes.
_STEP_ERROR = 120
#: A clock that was never set shows times up to this many seconds into 1 January.
_UNSET = 3600
#: A line within this many seconds of a year's end shows that the first hour after it belongs to a new year.
_EVE = 3600
_NO_STAMP = "the file's name does not say when the log was rotated"
_SILENCE = (
    f"before this line the log is silent, or its clock leaps, by more than {MAX_SILENCE // _DAY} days, and no line"
    " explains by how much"
)
_STAMP = re.compile(r"_\d{8}_(\d{14})(?!\d)")
_MONTHS = {name: number for number, name in enumerate(
    (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
)}  # fmt: skip


@dataclass(slots=True)
class Years:
    """The years of a log's lines.

    Attributes:
        of: the year of each line, or 0 if unknown.
        unset: for each line, 1 if the clock was not set when it was written.
        unknown: number of lines without a year because of ``why``.
        why: one sentence on why those years are unknown; empty if none is.
    """

    of: array[int] = field(default_factory=lambda: array("h"))
    unset: bytearray = field(default_factory=bytearray)
    unknown: int = 0
    why: str = ""


def stamp_of(name: str) -> datetime | None:
    """The rotation time in a log's file name; None if there is none."""
    found = _STAMP.search(name)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def month(name: bytes | None) -> int:
    """The number of a month, from the first three letters of its English name; 0 if invalid."""
    return _MONTHS.get(name or b"", 0)


def key(month: bytes, day: int, hour: int, minute: int, second: int) -> int | None:
    """Encode month, day and second as one number, the key; None if there is no such time."""
    number = _MONTHS.get(month)
    if number is None or not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 60:
        return None
    return (number * 32 + day) * _DAY + hour * 3600 + minute * 60 + min(second, 59)


def at(year: int, wall: int) -> datetime | None:
    """The time given by a key and a year; None if there is no such day."""
    days, seconds = divmod(wall, _DAY)
    try:
        return datetime(year, days // 32, days % 32, tzinfo=UTC) + timedelta(seconds=seconds)
    except ValueError:
        return None


def count_back(
    keys: Sequence[int], stamp: datetime | None, steps: Mapping[int, float], written: Sequence[int] = ()
) -> Years:
    """Determine the year of each line.

    Args:
        keys: the :func:`key` of each line.
        stamp: when the log was rotated; None if unknown, and then no year is known.
        steps: by line index, the seconds by which that line says the clock was set forward just then.
        written: the year that each line states, 0 if none; empty if no line states one.
    """
    if written and all(written):
        return Years(array("h", written), bytearray(len(keys)))
    found = Years(array("h", bytes(2 * len(keys))), _unset(keys, written))
    following, step, why = stamp, None, _NO_STAMP
    year, key = 0, -1
    for index in range(len(keys) - 1, -1, -1):
        if own := written[index] if written else 0:
            found.of[index] = own
            following, step, why, key = at(own, keys[index]), None, _SILENCE, -1
        elif following is None or found.unset[index]:
            pass
        elif step is None and keys[index] <= key and keys[index] // _DAY == key // _DAY:
            # On the same day as the next line, and no later.
            following -= timedelta(seconds=key - keys[index])
            found.of[index], key, step = year, keys[index], steps.get(index)
        else:
            year, when = _before(keys[index], following, step)
            if when is None or (step is None and abs((following - when).total_seconds()) > MAX_SILENCE):
                following, why = None, _SILENCE
            else:
                found.of[index], key = year, keys[index]
                following, step = when, steps.get(index)
        if following is None and not own:
            found.unknown += 1
            found.why = found.why or why
    return found


def _before(wall: int, following: datetime, step: float | None) -> tuple[int, datetime | None]:
    """Year and time of a line, from the time of the next line and the clock step between them."""
    if step is not None:
        try:
            expected = following - timedelta(seconds=step)
        except OverflowError:
            return 0, None
        for year in (expected.year, expected.year - 1):
            when = at(year, wall)
            if when and -_STEP_ERROR <= (expected - when).total_seconds() <= _BEFORE_STEP:
                return year, when
        if abs(step) > _BACK:
            return 0, None
    year = following.year
    when = at(year, wall)
    if when is None or (when - following).total_seconds() > _BACK:
        year -= 1
        when = at(year, wall)
    return year, when


def _unset(keys: Sequence[int], written: Sequence[int]) -> bytearray:
    """Mark lines written while the clock was not set: the first hour of a year that did not begin there.

    A line that states its year is never marked.
    """
    marks = bytearray(len(keys))
    first = (32 + 1) * _DAY
    index = 0
    while index < len(keys):
        if not first <= keys[index] < first + _UNSET:
            index += 1
            continue
        end = index
        while end < len(keys) and first <= keys[end] < first + _UNSET:
            end += 1
        before = (12 * 32 + 32) * _DAY - keys[index - 1] if index else 0
        goes_on = end < len(keys) and first <= keys[end] < first + 3 * _UNSET
        # A year begins here: the previous line is from its eve, or the log begins here and continues within hours.
        if not (index and before <= _EVE) and not (not index and goes_on):
            marks[index:end] = b"\1" * (end - index)
        index = end
    for index, year in enumerate(written):
        if year:
            marks[index] = 0
    return marks
