"""The figures on the page of limits are those that were measured last, which the report quotes too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")


def _measured(name: str) -> Any:
    return json.loads((ROOT / "echoforensics" / "report" / "assets" / f"{name}.json").read_text(encoding="utf-8"))


def _row(label: str) -> list[str]:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {label} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def _percent(rate: list[float]) -> str:
    value, low, high = (f"{100 * each:.1f}" for each in rate)
    return f"{value} % ({low} to {high})"


def test_listening() -> None:
    measured = _measured("listening")
    rates = {
        "words wrong, without a hotword": "word_errors",
        "words wrong, with the hotword": "word_errors_with_hotword",
        "of speech, found": "speech_recall",
        "wake word said, detector above its threshold": "wake_word_hits",
        "wake word not said, detector above its threshold": "wake_word_false_alarms",
    }
    assert {label: _row(label) for label in rates} == {
        label: [_percent(measured["all"][name])] for label, name in rates.items()
    }
    assert f"measured on {measured['clips']} clips" in PAGE


def test_deleted_rows() -> None:
    rows = _measured("recovered_rows")
    recovered = rows["there"] - rows["missed"]
    assert _row(f"{rows['given']:,} rows given as deleted") == [
        f"{rows['invented']} never existed ({100 * rows['invented'] / rows['given']:.2f} %)"
    ]
    assert _row(f"{rows['there']:,} deleted rows whose bytes are still in the file") == [
        f"{recovered:,} recovered ({100 * recovered / rows['there']:.1f} %)"
    ]


def test_carved_recordings() -> None:
    carved = _measured("carved_recordings")
    each = re.search(r"(\d+) recordings of each of seven formats were planted", PAGE)
    assert each is not None
    assert carved["planted"] == 7 * int(each[1])
    *exact, other = (int(cell) for cell in _row(f"exact, of {each[1]}"))
    assert (len(exact), sum(exact), other) == (7, carved["exact"], carved["other"])
