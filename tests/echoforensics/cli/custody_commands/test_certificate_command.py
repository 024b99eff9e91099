"""The command ``certificate``."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_draft_is_written_as_text_and_as_a_page(run: Run, copy_of_sealed: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in copy_of_sealed.rglob("*") if path.is_file()}
    shown = run("certificate", copy_of_sealed)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("DRAFT: certification of electronic records")
    page = run("certificate", copy_of_sealed, "--style", "plain", "-o", "draft.html")
    assert page.returncode == 0, page.stderr
    assert "<h1>DRAFT: statement on the identity" in (tmp_path / "draft.html").read_text()
    again = run("certificate", copy_of_sealed, "-o", "draft.html")
    assert (again.returncode, "already exists" in again.stderr) == (2, True)
    other = run("certificate", copy_of_sealed, "-o", "draft.docx")
    assert (other.returncode, "ends in .html or .txt" in other.stderr) == (2, True)
    assert before == {path: path.read_bytes() for path in copy_of_sealed.rglob("*") if path.is_file()}


def test_an_altered_case_gets_none(run: Run, copy_of_sealed: Path) -> None:
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    done = run("certificate", copy_of_sealed)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not as it was sealed" in done.stderr
