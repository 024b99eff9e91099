"""The times of a record that become rows."""

from __future__ import annotations

from typing import NamedTuple

from parsers.times import iso
from parsers.utterance import UtteranceId

#: plaso's word for a record that holds no time.
NO_TIME = "Not a time"
#: Data types of recordings begin so.
RECORDING = "recording:"


class RowTime(NamedTuple):
    """One time, as the columns of a row that hang on it. ``time_note`` is what the record says of the time."""

    timestamp_desc: str
    recorded_time: str | None
    clock: str
    timestamp: int | None
    datetime: str | None
    locator: str
    time_note: str


def row_time(
    description: str, recorded: str | None, clock: str, timestamp: int | None, locator: str, note: str = ""
) -> RowTime:
    """One time (microseconds since 1970 UTC, or None), for a row."""
    return RowTime(description, recorded, clock, timestamp, iso(timestamp), locator, note)


def row_times(data_type: str, utterance_id: str | None, locator: str, own: list[RowTime]) -> list[RowTime]:
    """The times of a record that become rows: its own, that of its utterance where it is a recording, else none.

    Args:
        data_type, utterance_id, locator: of the record.
        own: the times the record holds.
    """
    found = list(own)
    if data_type.startswith(RECORDING) and utterance_id:
        utterance = UtteranceId.parse(utterance_id)
        if utterance and utterance.timestamp not in {known.timestamp for known in found}:
            found.append(row_time("Recorded Time", utterance.recorded_time, "cloud", utterance.timestamp, locator))
    return found


def no_time(locator: str) -> RowTime:
    """The one time of a record without any."""
    return row_time(NO_TIME, None, "unknown", None, locator)
