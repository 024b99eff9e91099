"""A report of very many rows, made without a case: they are of the shape of real ones, each unlike the others."""

from __future__ import annotations

import base64
import json
from array import array
from importlib.resources import files
from pathlib import Path
from typing import Any

from echoforensics.report.markup import script_string
from echoforensics.report.pages import SCRIPTS
from echoforensics.report.row_data import CHUNK, COLUMNS

_KINDS = ("echo:log:wake_word", "alexa:cloud:activity", "echo:log:audio_stream", "alexa:cloud:card", "recording:audio")
_BEGIN = 1_700_000_000


def row(number: int) -> dict[str, Any]:
    """A row, as the timeline has it."""
    kind = _KINDS[number % len(_KINDS)]
    text = f"alexa play song number {number} in the kitchen" if kind.startswith("alexa") else None
    return {
        "exhibit": f"EF-{number + 1:07}", "micro": number % 1_000_000, "timestamp_desc": "Creation Time",
        "message": f"The account's history records an utterance with status SUCCESS; number {number} of its page.",
        "data_type": kind, "clock": "cloud", "recorded_time": str(_BEGIN + number), "time_note": "Epoch seconds",
        "device_serial": f"G090LF09{number % 7:08}", "device_type": "A3S5BH2HU6VAYF", "account": "A1B2C3D4E5",
        "person": None, "utterance_id": f"A3S5BH2HU6VAYF:1.0/2024/03/08/20/G090/{number:08}::TNIH_2V.{number:032x}/0",
        "transcript": text, "recording": None, "evidence": f"item {number % 3}",
        "path": f"history/page-{number // 50}.json", "locator": f"json:/activities/{number % 50}",
        "sha256": f"{number // 50:064x}", "parser": "alexa_activity", "parser_version": "3", "state": "live",
        "interaction": f"IN-{number // 8 + 1:07}", "places": 1, "corroborated_by": "",
        "record": f"REC-{number // 2:032x}",
        "fields": json.dumps({"status": "SUCCESS", "page": number // 50, "version": 3}),
    }  # fmt: skip


def make_report(folder: Path, count: int) -> Path:
    """Write a report of so many rows; returns its page."""
    (folder / "data").mkdir(parents=True)
    (folder / "app").mkdir()
    assets = files("echoforensics.report") / "assets"
    for asset in (assets / "app").iterdir():
        (folder / "app" / asset.name).write_bytes(asset.read_bytes())
    head = {
        "case": "0" * 64, "reference": "", "zone": "", "language": "en", "part": False,
        "rows": {"count": count, "chunk": CHUNK}, "interactions": {"count": 0, "chunks": 0}, "recordings": 0,
        "tallest": 10_000_000,
        "terms": {name: {} for name in ("times", "clocks", "states", "statuses", "strengths", "signs")}, "words": {},
    }  # fmt: skip
    _write(folder / "data" / "head.js", "begin", head)
    _write(folder / "data" / "recordings.js", "recordings", [])
    _write(folder / "data" / "index.js", "index", _index(count))
    for number, start in enumerate(range(0, count, CHUNK)):
        rows = [row(each) for each in range(start, min(count, start + CHUNK))]
        columns = {name: _column([each[name] for each in rows]) for name in COLUMNS}
        text = f"REPORT.rows({number}, JSON.parse({script_string({'length': len(rows), **columns})}));\n"
        (folder / "data" / f"rows-{number:04}.js").write_text(text, encoding="utf-8")
    page = (assets / "page.html").read_text("utf-8")
    scripts = [f"app/{SCRIPTS[0]}", "data/head.js", *(f"app/{name}" for name in SCRIPTS[1:])]
    tags = "".join(f'<script src="{name}"></script>' for name in scripts)
    views = '<li><a href="#timeline">Timeline</a></li>'
    index = folder / "index.html"
    index.write_text(page.replace("$scripts", tags).replace("$views", views).replace("$language", "en"), "utf-8")
    return index


def _write(path: Path, name: str, value: Any) -> None:
    path.write_text(f"REPORT.{name}(JSON.parse({script_string(value)}));\n", encoding="utf-8")


def _index(count: int) -> dict[str, Any]:
    numbers = range(count)
    columns: dict[str, array[Any]] = {
        "second": array("d", (_BEGIN + n for n in numbers)), "exhibit": array("I", (n + 1 for n in numbers)),
        "record": array("I", (n // 2 for n in numbers)), "interaction": array("I", (n // 8 + 1 for n in numbers)),
        "kind": array("H", (n % 5 + 1 for n in numbers)), "device": array("H", (n % 7 + 1 for n in numbers)),
        "evidence": array("H", (n % 3 + 1 for n in numbers)), "person": array("H", bytes(2 * count)),
        "state": array("B", bytes(count)), "flags": array("B", bytes(count)),
    }  # fmt: skip
    return {
        "length": count,
        "columns": {name: [c.typecode, base64.b64encode(c.tobytes()).decode()] for name, c in columns.items()},
        "kinds": [None, *([kind, kind, kind.partition(":")[0]] for kind in _KINDS)],
        "devices": [None, *([f"G090LF09{n:08}", ""] for n in range(7))],
        "items": [None, *([f"item {n}"] for n in range(3))], "persons": [None],
        "states": ["live", "deleted", "carved", "damaged"],
    }  # fmt: skip


def _column(values: list[Any]) -> Any:
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) > len(values) // 2:
        return values
    return {"of": list(places), "at": [places[value] for value in values]}
