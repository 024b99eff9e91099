"""A part that comes over from a worker: whole and as it was made, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.counts import CaseCounts
from echoforensics.case.custody.open_case import OpenCase
from echoforensics.cluster.answers import answer_in, as_answer
from echoforensics.errors import CaseError, ClusterError
from echoforensics.extraction import run
from echoforensics.extraction.begin_and_seal import seal_part
from echoforensics.extraction.options import Options, Report
from echoforensics.extraction.parts import received_part
from echoforensics.extraction.parts.part_task import MadePart
from echoforensics.extraction.parts.received_part import (
    PartLostError,
    made_part,
    receive,
    standing_of_received,
)

OPTIONS = Options(argv=("test",), workers=1)


def silent(*_: object) -> None:
    """Reports nothing."""


class OneWorker:
    """A client of a cluster whose one worker is this process, until it has done so much."""

    def __init__(self, ends_after: int = 1000) -> None:
        self.left = ends_after

    def run(self, function: Callable[..., Any], *arguments: Any, workers: list[str], on_error: str) -> dict[str, Any]:
        assert on_error in ("return", "ignore")
        self.left -= 1
        if self.left < 0:
            raise OSError("Timed out trying to connect")
        return {workers[0]: function(*arguments)}


def made(folder: Path, name: str = "case/case.db", content: bytes = b"x" * 100_000) -> MadePart:
    place = folder / "echoforensics-part-1"
    place.mkdir()
    file = place / "part.tar"
    with tarfile.open(file, "w") as packed:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    whole = file.read_bytes()
    return MadePart("tcp://a:1", "a", str(file), len(whole), hashlib.sha256(whole).hexdigest(), ())


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received_part, "_PIECE", 10_000)


def test_a_part_comes_over_and_is_removed_there(tmp_path: Path) -> None:
    part = made(tmp_path)
    case = receive(OneWorker(), part, tmp_path / "here" / "0")
    assert (case / "case.db").read_bytes() == b"x" * 100_000
    assert not Path(part.file).parent.exists()


def test_a_worker_that_ends_meanwhile_is_known(tmp_path: Path) -> None:
    with pytest.raises(PartLostError):
        receive(OneWorker(ends_after=3), made(tmp_path), tmp_path / "here")


@pytest.mark.parametrize("piece", [b"x" * 100, b"", "x" * 10_000])
def test_a_piece_of_another_length_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: object) -> None:
    monkeypatch.setattr(received_part, "read_piece", lambda *_: piece)
    with pytest.raises(CaseError, match="10000 bytes from byte 0 on are not what it returned"):
        receive(OneWorker(), made(tmp_path), tmp_path / "here")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"size": 0}, "does not say where"), ({"size": "9"}, "does not say where"),
        ({"sha256": "../x"}, "does not say where"), ({"lost": [1]}, "does not say where"),
        ({"lost": "abc"}, "does not say where"), ({"worker": None}, "does not say where"),
        ({"more": 1}, "is not a part of a case"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_part_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    part = made(tmp_path)
    answer = answer_in(as_answer(lambda: part))
    assert made_part(answer) == part
    with pytest.raises(ClusterError, match=why):
        made_part({**answer, **change})
    with pytest.raises(ClusterError, match="is not a part of a case"):
        made_part("part")


def _sealed_with(folder: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> tuple[Path, Path]:
    """A source, and a part of it that its worker changed before it was sealed."""
    source = folder / "activities.json"
    item = {"activityStatus": "SUCCESS", "creationTimestamp": 1500000000000, "id": "A#1#2", "description": "{}"}
    source.write_text(json.dumps({"activities": [item]}))

    def seal(case: OpenCase, report: Report) -> CaseCounts:
        with case.store.transaction():
            case.store.db.execute(sql)
        return seal_part(case, report)

    monkeypatch.setattr(run, "seal_part", seal)
    run.extract([source], folder / "part", None, OPTIONS, silent, is_part=True)
    return source, folder / "part"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT 1", ""),
        ("UPDATE evidence SET location = '/other'", "is a part of /other"),
        ("DELETE FROM evidence", "has 0 evidence items"),
        ("UPDATE entries SET sha256 = '../../../outside' WHERE artefact", "an entry names it, but no artefact has it"),
        ("UPDATE artefacts SET sha256 = '../../../outside'", "is missing"),
        ("CREATE VIEW other AS SELECT 1", "its tables are not those of this version"),
        ("CREATE TRIGGER t AFTER INSERT ON issues BEGIN DELETE FROM rows; END", "its tables are not those of this"),
    ],
)  # fmt: skip
def test_a_part_of_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, why: str
) -> None:
    source, part = _sealed_with(tmp_path, monkeypatch, sql)
    with OpenCase.begin(tmp_path / "case", None, "Tester") as case:
        if not why:
            assert standing_of_received(part, str(source), case.store, case.path).ok
            return
        with pytest.raises(CaseError, match=why):
            standing_of_received(part, str(source), case.store, case.path)


def test_what_arrives_otherwise_than_it_was_made_is_refused(tmp_path: Path) -> None:
    part = made(tmp_path)
    Path(part.file).write_bytes(Path(part.file).read_bytes()[:-1] + b"y")
    with pytest.raises(CaseError, match="arrived with a different SHA-256"):
        receive(OneWorker(), part, tmp_path / "here")


def test_nothing_is_unpacked_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="is not a part of a case"):
        receive(OneWorker(), made(tmp_path, "../../outside"), tmp_path / "here")
    assert not (tmp_path / "outside").exists()
