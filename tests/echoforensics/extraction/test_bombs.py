"""A file that expands beyond all bounds is cut and named, and hides none of the others."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

LOG = b"03-09 21:14:24.169  1234  1256 I AlexaService: WAKE_WORD\n"
BOUND = 20_000
BEYOND = "not read further: compressed data in this {} expands beyond {} bytes"


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _found(source: Path, case: Path) -> tuple[set[str], dict[str, str]]:
    extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    with Case.open(case) as opened:
        return {row["path"] for row in opened.rows()}, {issue.path: issue.what for issue in opened.issues()}


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_FLOOR", 5 * BOUND)
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_MEMBER_FLOOR", BOUND)
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_RATIO", 1)


def test_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    bomb = gzip.compress(bytes(10_000_000))
    for number in range(3):
        (folder / f"a{number}.gz").write_bytes(bomb)
    (folder / "b.zip").write_bytes(_zip(logcat=LOG))

    rows, issues = _found(folder, tmp_path / "case")

    assert rows == {"b.zip!/logcat"}
    assert sorted(issues) == ["a0.gz!/a0", "a1.gz!/a1", "a2.gz!/a2"]
    assert all(what.endswith(BEYOND.format("source", 5 * BOUND + len(bomb))) for what in issues.values())


def test_in_a_zip(tmp_path: Path) -> None:
    source = tmp_path / "x.zip"
    source.write_bytes(_zip(a=bytes(10_000_000), b=bytes(10_000_000), logcat=LOG))

    rows, issues = _found(source, tmp_path / "case")

    assert rows == {"logcat"}
    assert sorted(issues) == ["a", "b"]
    assert all("compressed data in this member expands beyond" in what for what in issues.values())


def test_zeros_that_are_kept_take_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_FLOOR", 1 << 30)
    content = LOG + bytes(64 << 20) + LOG
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "logcat.txt.gz").write_bytes(gzip.compress(content))

    rows, _ = _found(folder, tmp_path / "case")

    assert rows == {"logcat.txt.gz!/logcat.txt"}
    (kept,) = (path for path in (tmp_path / "case" / "artefacts").rglob("*") if path.is_file())
    assert kept.stat().st_size == len(content)
    assert kept.stat().st_blocks * 512 < 8 << 20
    assert kept.read_bytes() == content
