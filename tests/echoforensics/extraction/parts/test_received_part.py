"""A part that comes over from a worker: whole and as it was made, or not at all."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.errors import CaseError
from echoforensics.extraction.parts import received_part
from echoforensics.extraction.parts.part_task import MadePart
from echoforensics.extraction.parts.received_part import PartLostError, receive


class OneWorker:
    """A client of a cluster whose one worker is this process, until it has done so much."""

    def __init__(self, ends_after: int = 1000) -> None:
        self.left = ends_after

    def run(self, function: Callable[..., Any], *arguments: Any, workers: list[str]) -> dict[str, Any]:
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


def test_what_arrives_otherwise_than_it_was_made_is_refused(tmp_path: Path) -> None:
    part = made(tmp_path)
    Path(part.file).write_bytes(Path(part.file).read_bytes()[:-1] + b"y")
    with pytest.raises(CaseError, match="arrived with a different SHA-256"):
        receive(OneWorker(), part, tmp_path / "here")


def test_nothing_is_unpacked_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="is not a part of a case"):
        receive(OneWorker(), made(tmp_path, "../../outside"), tmp_path / "here")
    assert not (tmp_path / "outside").exists()
