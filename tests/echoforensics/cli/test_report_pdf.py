"""``report --pdf``: where the PDF is, whether it is signed, and what the command says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def key_file(sealed: Any, tmp_path: Path) -> Path:
    path = tmp_path / "examiner.pem"
    sealed.key.save(path, "a passphrase")
    return path


def test_a_pdf_alone_is_signed_and_in_the_ledger(
    run: Run, copy_of_sealed: Path, tmp_path: Path, key_file: Path
) -> None:
    pdf = tmp_path / "out.pdf"
    done = run("report", copy_of_sealed, "--pdf", pdf, "--key", key_file, ECHOFORENSICS_PASSPHRASE="a passphrase")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"open {pdf}\n"
    assert "is not signed" not in done.stderr
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-1.7")
    assert b"/ETSI.CAdES.detached" in content
    entry = json.loads((copy_of_sealed / "custody.jsonl").read_text().splitlines()[-1])["entry"]
    assert entry["action"] == "exported"
    assert entry["detail"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry["detail"]["format"] == "pdf"


def test_without_a_file_it_lies_among_the_pages(run: Run, copy_of_sealed: Path, tmp_path: Path) -> None:
    done = run("report", copy_of_sealed, "-o", tmp_path / "report", "--pdf", "--paper", "letter")
    assert done.returncode == 0, done.stderr
    assert "report.pdf: is not signed; --key signs it." in done.stderr
    assert (tmp_path / "report" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "  report/report.pdf\n" in (tmp_path / "report.sha256").read_text()
    assert (tmp_path / "report" / "index.html").is_file()


def test_a_place_is_needed_and_a_case_takes_no_file(run: Run, copy_of_sealed: Path, tmp_path: Path) -> None:
    nowhere = run("report", copy_of_sealed, "--pdf")
    assert nowhere.returncode == 2
    assert "say where to write the report: -o DIR, --pdf FILE, or both" in nowhere.stderr
    inside = run("report", copy_of_sealed, "--pdf", copy_of_sealed / "x.pdf")
    assert inside.returncode == 2
    assert "is inside the case folder" in inside.stderr
    (tmp_path / "there.pdf").write_text("mine")
    there = run("report", copy_of_sealed, "--pdf", tmp_path / "there.pdf")
    assert there.returncode == 2
    assert (tmp_path / "there.pdf").read_text() == "mine"


def test_fonts_that_are_none_are_refused(run: Run, copy_of_sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    done = run("report", copy_of_sealed, "--pdf", tmp_path / "x.pdf", "--fonts", tmp_path / "fonts")
    assert done.returncode == 2
    assert "holds no readable font" in done.stderr
    assert not (tmp_path / "x.pdf").exists()
