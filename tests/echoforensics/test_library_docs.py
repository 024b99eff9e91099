"""The library's page and its notebook are run as they are, in the folder that the demo makes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def _run(cells: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        exec(compile(cell, f"cell {number}", "exec"), names)
    return names


def test_the_notebook(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("Agg")
    notebook = json.loads((DOCS / "wake-words.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names = _run(cells, demo, monkeypatch)
    assert names["per_day"].to_list() == [1, 4]
    assert names["per_hour"].sum() == 5
    assert names["content"][:4] == b"RIFF"
    assert names["found"].origin == "evidence"
    assert names["found"].unchanged
    assert names["result"].ok
    assert (demo / "wake-words.svg").read_text().startswith("<?xml")


def test_the_page(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = re.findall(r"```python\n(.*?)```", (DOCS / "library.md").read_text(), re.DOTALL)
    assert len(cells) == 5
    names = _run(["import echoforensics as ef", *cells], demo, monkeypatch)
    assert names["found"].unchanged
    assert names["table"].num_rows > 0
    assert names["result"].ok
    names["case"].close()
