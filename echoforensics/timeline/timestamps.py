"""What is made of one record alone: its name, and the times that become rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from parsers.times import iso
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Mapping

#: plaso's word for a record that holds no time.
NO_TIME = "Not a time"
#: Data types of recordings begin so.
RECORDING = "recording:"


def record_name(sha256: str, parser: str, locator: str, ordinal: int, occurrence: int) -> str:
    """A record's name: made of its file's content, its place there and its parser.

    The same file gives the same names, in a folder, an archive or an image.

    Args:
        sha256: of the file.
        parser: the name of the parser whose record it is.
        locator: the record's own.
        ordinal: the record's number within its file.
        occurrence: the file's number among those of the same content.
    """
    parts = (sha256, parser, locator, ordinal, occurrence)
    return "REC-" + hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


def to_timestamp(
    description: str, recorded: str | None, clock: str, timestamp: int | None, locator: str, note: str = ""
) -> dict[str, Any]:
    """One time, as the columns of a row that hang on it."""
    return {
        "timestamp_desc": description,
        "recorded_time": recorded,
        "clock": clock,
        "timestamp": timestamp,
        "datetime": iso(timestamp),
        "locator": locator,
        "time_note": note,
    }


def timestamps(record: Mapping[str, Any], own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The times of a record that become rows: its own, that of its utterance where it is a recording, else none.

    Args:
        record: ``data_type``, ``utterance_id`` and ``locator`` count.
        own: the times the record holds (see :func:`to_timestamp`).
    """
    found = list(own)
    if record["data_type"].startswith(RECORDING) and (text := record["utterance_id"]):
        utterance = UtteranceId.parse(text)
        if utterance and utterance.timestamp not in {known["timestamp"] for known in found}:
            said = (utterance.recorded_time, "cloud", utterance.timestamp, record["locator"])
            found.append(to_timestamp("Recorded Time", *said))
    return found


def no_time(record: Mapping[str, Any]) -> dict[str, Any]:
    """The one row of a record without a time."""
    return to_timestamp(NO_TIME, None, "unknown", None, record["locator"])
