"""The years of log lines that do not write one: counted back from when the log was rotated, as far as that holds.

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
#: A silence longer than this may hide a whole year, so the year is unknown before it.
MAX_SILENCE = 60 * _DAY
#: A clock may be set back by this much, in seconds, without a new year being taken for granted.
_BACK = _DAY
#: A line that comes before a step of the clock was written at most this long, in seconds, before it.
_BEFORE_STEP = 3600
#: What reports a step may be off by this much, in seconds: cron counts whole minutes.
_STEP_ERROR = 120
#: Up to this time of the first of January a clock that was never set shows, in seconds.
_UNSET = 3600
#: A line this long before the end of a year, in seconds, shows that the first hour after it is that of a new one.
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
        of: for each line its year, or 0 if it is unknown.
        unset: for each line, 1 where the clock had not been set when it was written.
        unknown: how many lines are without a year because of ``why``.
        why: one sentence: why the year of those lines is unknown; empty if it is.
    """

    of: array[int] = field(default_factory=lambda: array("h"))
    unset: bytearray = field(default_factory=bytearray)
    unknown: int = 0
    why: str = ""


def stamp_of(name: str) -> datetime | None:
    """When a log was rotated, from its file name; None if the name does not say."""
    found = _STAMP.search(name)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def month(name: bytes | None) -> int:
    """The number of a month by the first three letters of its English name; 0 if there is none."""
    return _MONTHS.get(name or b"", 0)


def key(month: bytes, day: int, hour: int, minute: int, second: int) -> int | None:
    """A time without a year, as month, day and second in one number; None if there is no such time."""
    number = _MONTHS.get(month)
    if number is None or not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 60:
        return None
    return (number * 32 + day) * _DAY + hour * 3600 + minute * 60 + min(second, 59)


def at(year: int, wall: int) -> datetime | None:
    """The time that a key and a year make; None if there is no such day."""
    days, seconds = divmod(wall, _DAY)
    try:
        return datetime(year, days // 32, days % 32, tzinfo=UTC) + timedelta(seconds=seconds)
    except ValueError:
        return None


def count_back(
    keys: Sequence[int], stamp: datetime | None, steps: Mapping[int, float], written: Sequence[int] = ()
) -> Years:
    """The year of each line.

    Args:
        keys: for each line its :func:`key`.
        stamp: when the log was rotated; None if that is unknown, and then no year is.
        steps: for the index of a line that says so, by how many seconds the clock was set forward just then.
        written: for each line the year that it writes itself, 0 if it writes none; empty if no line does.
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
            # Of the same day as the line that follows it, and no later.
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
    """Year and time of a line, from the time of the line that follows it and a step of the clock between them."""
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
    """Which lines were written by a clock that had not been set: the first hour of a year that does not begin there.

    A line that writes its year is none of them.
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
        # A year that begins here: the line before is of its eve, or the log begins here and goes on within hours.
        if not (index and before <= _EVE) and not (not index and goes_on):
            marks[index:end] = b"\1" * (end - index)
        index = end
    for index, year in enumerate(written):
        if year:
            marks[index] = 0
    return marks
