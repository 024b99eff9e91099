"""The rows as scripts: a page opened from a disk may load scripts, but not fetch data.

A script holds up to :data:`CHUNK` rows, column by column. Where few values recur, as paths and hashes do, they are
written once and the rows give their numbers.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from echoforensics.report.markup import script_string
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.row_query import Row
    from echoforensics.report.media import Recording

#: Rows in one script.
CHUNK = 5000
#: What a row's data holds. The page makes times of seconds since 1970 UTC, microseconds, and the zone's offset:
#: a browser's numbers are not exact enough for one count of microseconds.
COLUMNS = (
    "exhibit", "second", "micro", "offset", "timestamp_desc", "message", "data_type", "clock", "recorded_time",
    "device_serial", "device_type", "account", "person", "utterance_id", "transcript", "recording", "evidence", "path",
    "locator", "sha256", "parser", "parser_version", "state", "interaction", "places",
    "corroborated_by", "record",
)  # fmt: skip
#: The tallest thing, in CSS pixels, that every browser can scroll to its end (Firefox ends at 17.8 million).
_TALLEST = 10_000_000


def write_rows(case: Case, folder: Path, found: list[Recording], local: ZoneInfo | None) -> list[str]:
    """Write the scripts; returns their names, in the order in which the page loads them. Raises OSError."""
    folder.mkdir()
    head = {
        "media": {recording.found.sha256: [recording.name, recording.playable] for recording in found},
        "zone": local.key if local else "",
        "total": case.store.count("exhibits"),
        "tallest": _TALLEST,
    }
    script = f"window.REPORT = JSON.parse({script_string(head)});\nwindow.REPORT.chunks = [];\n"
    (folder / "head.js").write_text(script, encoding="utf-8")
    names = ["head.js"]
    written = iter(case.rows())
    while chunk := list(islice(written, CHUNK)):
        name = f"rows-{len(names) - 1:03}.js"
        (folder / name).write_text(f"window.REPORT.chunks.push({_chunk(chunk, local)});\n", encoding="utf-8")
        names.append(name)
    return names


def _chunk(chunk: list[Row], local: ZoneInfo | None) -> str:
    shown = [_shown(row, local) for row in chunk]
    columns = {name: _column([row[name] for row in shown]) for name in COLUMNS}
    return f"JSON.parse({script_string({'length': len(chunk), **columns})})"


def _shown(row: Row, local: ZoneInfo | None) -> dict[str, Any]:
    """A row, with its time in the parts that the page makes it of."""
    time = row["timestamp"] if row["datetime"] is not None else None
    second, micro = (None, None) if time is None else divmod(time, 1_000_000)
    offset = None if time is None or local is None else _offset(time, local)
    more = {"second": second, "micro": micro, "offset": offset, "corroborated_by": " ".join(row["corroborated_by"])}
    return {**row, **more}


def _offset(timestamp: int, local: ZoneInfo) -> str | None:
    """How far a zone is from UTC at a time: ``+09:00``."""
    time = local_time(timestamp, local)
    return time[len("2017-07-17T06:20:31.000000") :] if time else None


def _column(values: list[Any]) -> list[Any] | dict[str, list[Any]]:
    """A column: its values, or, where they recur, ``of`` (each once) and ``at`` (which of them, row by row)."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) > len(values) // 2:
        return values
    return {"of": list(places), "at": [places[value] for value in values]}
