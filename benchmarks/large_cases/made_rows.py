"""Rows as a case of many devices has them, made one after another by their number."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from echoforensics.case.schema import ROW_COLUMNS
from parsers.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.exhibits.row import Row

#: The first row's time, microseconds since 1970 UTC, and how many days the rows are of.
_BEGINS, _DAYS = 1_700_000_000_000_000, 365
_DEVICES = 1_000
_TYPES = ("echo:log:wake_word", "alexa:cloud:activity", "echo:log:audio_stream", "alexa:cloud:card", "recording:audio")
_WORDS = ("play", "stop", "turn on the light", "what time is it", "set a timer for ten minutes", "good night")
#: One in so many rows has no time.
_UNDATED = 500


def made_rows(count: int) -> Iterator[Row]:
    """Rows by time, over a year; those without a time come last."""
    undated = count // _UNDATED
    step = _DAYS * 86_400_000_000 // max(1, count - undated)
    for number in range(count):
        yield _row(number, None if number >= count - undated else _BEGINS + number * step)


def _row(number: int, timestamp: int | None) -> Row:
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    device = f"G0DEM{int(digest[:8], 16) % _DEVICES:011}"
    words = _WORDS[int(digest[8:10], 16) % len(_WORDS)]
    kind = _TYPES[int(digest[10:12], 16) % len(_TYPES)]
    row: dict[str, object] = {
        **dict.fromkeys(ROW_COLUMNS), "exhibit": f"EF-{number + 1:07}", "record": f"REC-{digest[:20]}",
        "datetime": iso(timestamp), "timestamp": timestamp, "timestamp_desc": "Recorded Time",
        "message": f"The record of {device} says {words!r}, with the status SUCCESS.", "data_type": kind,
        "recorded_time": str(timestamp), "clock": "cloud", "device_serial": device, "device_type": "AB72C64C86AW2",
        "account": f"A{device[-5:]}", "transcript": f"alexa {words}", "evidence": f"{device}.E01",
        "path": "p1/local/log/main", "locator": f"line {number}", "sha256": hashlib.sha256(device.encode()).hexdigest(),
        "parser": "echo_log", "parser_version": "1", "state": "live", "interaction": f"IN-{number // 5 + 1:07}",
        "places": 1, "corroborated_by": [],
    }  # fmt: skip
    if kind.startswith("recording"):
        row["recording"] = digest
    return row  # type: ignore[return-value]
