"""The times of a record that become rows."""

from __future__ import annotations

from typing import NamedTuple

from parsers.times import iso
from parsers.utterance import UtteranceId

#: plaso's description for a record without a time.
NO_TIME = "Not a time"
#: Prefix of the data types of recordings.
RECORDING = "recording:"


class RowTime(NamedTuple):
    """One time, as the columns of a row that depend on it. ``time_note`` is the record's note on the time."""

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
    """Make a row's time from microseconds since 1970 UTC, or None."""
    return RowTime(description, recorded, clock, timestamp, iso(timestamp), locator, note)


def row_times(data_type: str, utterance_id: str | None, locator: str, own: list[RowTime]) -> list[RowTime]:
    """The times of a record that become rows: its own, or, for a recording, that of its utterance, else none.

    Args:
        data_type, utterance_id, locator: values of the record.
        own: the record's own times.
    """
    found = list(own)
    if data_type.startswith(RECORDING) and utterance_id:
        utterance = UtteranceId.parse(utterance_id)
        if utterance and utterance.timestamp not in {known.timestamp for known in found}:
            found.append(row_time("Recorded Time", utterance.recorded_time, "cloud", utterance.timestamp, locator))
    return found


def no_time(locator: str) -> RowTime:
    """The placeholder time of a record without any."""
    return row_time(NO_TIME, None, "unknown", None, locator)
