"""The README says only what is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def test_first_lines_are_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line.split()[:2] for line in lines[1:5] if line.startswith("    ")]

    assert commands == [["make", "demo"], ["make", "test"]]


def test_row_shown_is_a_row_of_the_demo(sealed: Any) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])  # type: ignore[index]
    (row,) = [row for row in sealed.rows() if row["exhibit"] == shown["exhibit"]]

    assert row == shown
    assert list(row) == list(shown)
    assert f"echoforensics trace case {shown['exhibit']}" in text


def test_pages_and_commands_named_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
    for page in (ROOT / "docs").rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"
