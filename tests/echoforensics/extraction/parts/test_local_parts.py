"""Sources that processes of this machine read side by side make the case that one run makes, also where one ends."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.custody.names import MERGED
from echoforensics.case.sealing.seal import TableDigest, table_digests
from echoforensics.errors import CaseDiskError, SourceError
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts import local_parts
from echoforensics.extraction.parts.local_parts import LocalParts
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

#: Two at once, and a third when one of them has ended.
OPTIONS = Options(argv=("test",), workers=2)

Made = tuple[dict[str, TableDigest], dict[str, bytes], list[Any], list[Any], list[Any]]


@pytest.fixture
def sources(sample_sources: list[Path], tmp_path: Path) -> list[Path]:
    """An image, the same bytes again, an archive and a folder."""
    (image,) = [path for path in sample_sources if path.suffix == ".img"]
    again = tmp_path / "again.img"
    shutil.copyfile(image, again)
    return [*sample_sources, again]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources of any size are read side by side."""
    monkeypatch.setattr(local_parts, "SMALLEST", 1)
    monkeypatch.setattr(local_parts, "_MOST_SHARE", 100.0)
    monkeypatch.setattr(local_parts, "_LOOK", 0.01)


def extracted(sources: list[Path], case: Path, report: Callable[..., None] = lambda *_: None, **named: Any) -> Path:
    extract(sources, case, None, Options(argv=("test",), workers=2, **named), report, parts_by=LocalParts)
    return case


def made(path: Path) -> Made:
    """What a case holds."""
    kept = {file.name: file.read_bytes() for file in (path / "artefacts").rglob("*") if file.is_file()}
    with Case.open(path) as case:
        return table_digests(case.store), kept, list(case.rows()), list(case.interactions()), list(case.issues())


@pytest.fixture
def alone(sources: list[Path], tmp_path: Path) -> Made:
    """What one run that reads every source itself makes of them."""
    extract(sources, tmp_path / "alone", None, OPTIONS, lambda *_: None)
    return made(tmp_path / "alone")


def test_a_case_is_that_of_one_run(sources: list[Path], alone: Made, tmp_path: Path) -> None:
    stages: list[str] = []

    case = extracted(sources, tmp_path / "case", lambda doing, *_: stages.append(doing))

    assert made(case) == alone
    assert len(alone[2]) > 50
    result = verify_case(case)
    assert (result.ok, result.complete) == (True, True)
    with Case.open(case) as opened:
        lines: list[Any] = [entry.detail for entry in opened.actions() if entry.action == MERGED]
    assert [line["evidence"] for line in lines] == [[path.name] for path in sources[:-1]] + [[]]
    assert all(line["process"] not in (0, os.getpid()) for line in lines)
    assert "passing over again.img, which the case has already" in stages
    assert any(doing.startswith("making parts: ") for doing in stages)
    assert not [path for path in (case / "artefacts").iterdir() if path.name.startswith("partial-")]


def test_a_source_whose_process_ends_is_read_here(
    sources: list[Path], alone: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, stages = local_parts._make, list[str]()

    def ends(source: Path, *rest: Any) -> None:
        if source.name == "alexa-cloud.zip":
            os.kill(os.getpid(), signal.SIGKILL)
        make(source, *rest)

    monkeypatch.setattr(local_parts, "_make", ends)

    assert made(extracted(sources, tmp_path / "case", lambda doing, *_: stages.append(doing))) == alone
    assert "the process that read alexa-cloud.zip ended with code -9; it is read again" in stages


def test_a_process_that_stands_still_is_ended(
    sources: list[Path], alone: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, begun = local_parts._make, time.monotonic()
    monkeypatch.setattr(local_parts, "STALLED_AFTER", 0.3)

    def stands(source: Path, *rest: Any) -> None:
        if source.suffix == ".zip":
            signal.pause()
        make(source, *rest)

    monkeypatch.setattr(local_parts, "_make", stands)

    assert made(extracted(sources, tmp_path / "case")) == alone
    assert time.monotonic() > begun + 0.3


def test_a_source_that_a_process_could_not_read_is_read_here(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise SourceError("the disk with it was unplugged")

    monkeypatch.setattr(local_parts, "extract", refused)
    stages: list[str] = []

    case = extracted(sources[:2], tmp_path / "case", lambda doing, *_: stages.append(doing))

    # What prevents one process may not prevent another.
    why = "could not finish: the disk with it was unplugged; it is read again"
    assert [doing for doing in stages if doing.endswith(why)] == [
        f"the process that read {source.name} {why}" for source in sources[:2]
    ]
    assert verify_case(case).complete


def test_a_full_disk_ends_the_run(sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise CaseDiskError("no room")

    monkeypatch.setattr(local_parts, "extract", full)

    with pytest.raises(CaseDiskError, match="no room"):
        extracted(sources, tmp_path / "case")

    assert [path.name for path in (tmp_path / "case" / "artefacts").iterdir()] == []
    monkeypatch.undo()
    assert verify_case(extracted(sources, tmp_path / "case")).complete


def test_what_a_killed_run_left_is_removed(sources: list[Path], alone: Made, tmp_path: Path) -> None:
    left = tmp_path / "case" / "artefacts" / "partial-parts" / "0" / "artefacts" / "ab"
    left.mkdir(parents=True)
    (left / "abcd").write_bytes(b"left")

    assert made(extracted(sources, tmp_path / "case")) == alone


def test_only_sources_of_about_the_same_size_are_read_side_by_side(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_parts, "_MOST_SHARE", 1.5)
    large, small = 100_000_000, 1_000_000
    assert local_parts._gains({Path("a"): large, Path("b"): large}, 2)
    assert not local_parts._gains({Path("a"): large, Path("b"): small}, 2)
    assert not local_parts._gains({Path("a"): large, Path("b"): large}, 1)
    monkeypatch.setattr(local_parts, "SMALLEST", 3 * large)
    assert not local_parts._gains({Path("a"): large, Path("b"): large}, 2)
