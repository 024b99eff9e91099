"""The commands of docs/custody.md that check a case without this program, run as they are written."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[4] / "docs" / "custody.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("## Checking a case without this program")[2].partition("\n## ")[0]
SEAL, FILE, HEAD, ARTEFACTS, TABLE, SOURCE = re.findall(r"```shell\n(.*?)```", SECTION, re.DOTALL)


def _run(block: str, case: Path, source: Path | None = None) -> str:
    environment = {**os.environ, "CASE": str(case), "SOURCE": str(source)}
    done = subprocess.run(["bash", "-c", block], env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_an_untouched_case_passes_every_check(sealed: Any) -> None:
    assert _run(SEAL, sealed.path) == "sealed\n"
    assert _run(FILE, sealed.path) == f"{sealed.path}/case.db: OK\nnothing beside it: OK\n"
    first, second = _run(HEAD, sealed.path).splitlines()
    assert first == second
    assert _run(ARTEFACTS, sealed.path) == ""
    first, second = _run(TABLE, sealed.path).splitlines()
    assert first == second
    lines = [json.loads(line)["entry"] for line in (sealed.path / "custody.jsonl").read_text().splitlines()]
    taken = {line["detail"]["evidence"]: line["detail"] for line in lines if line["action"] == "source taken in"}
    assert _run(SOURCE, sealed.path, sealed.sources[2]).split() == [taken["phone"]["sha256"], "-"]


@pytest.mark.parametrize("what", ["byte", "journal", "artefact", "planted", "link", "ledger"])
def test_what_was_altered_is_seen(copy_of_sealed: Path, what: str) -> None:
    case = copy_of_sealed
    artefact = min(path for path in (case / "artefacts").rglob("*") if path.is_file())
    if what == "byte":
        with (case / "case.db").open("ab") as stream:
            stream.write(b"x")
        assert "case.db: FAILED" in _run(FILE, case)
    elif what == "journal":
        (case / "case.db-journal").touch()
        assert "nothing beside it" not in _run(FILE, case)
    elif what == "artefact":
        artefact.write_bytes(b"other")
        assert f"{artefact}: FAILED" in _run(ARTEFACTS, case)
    elif what == "planted":
        (case / "artefacts" / "planted").write_bytes(b"x")
        assert "planted" in _run(ARTEFACTS, case)
    elif what == "link":
        (case / "artefacts" / "planted").symlink_to("/etc")
        assert "planted" in _run(ARTEFACTS, case)
    else:
        lines = (case / "custody.jsonl").read_bytes().splitlines(keepends=True)
        (case / "custody.jsonl").write_bytes(b"".join(lines[:-1]))
        assert _run(SEAL, case) != "sealed\n"
        first, second = _run(HEAD, case).splitlines()
        assert first != second
