from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from echoforensics.carving.ranges import range_search
from echoforensics.errors import SourceError
from echoforensics.evidence.source import open_source
from echoforensics.extraction import first_read
from echoforensics.extraction.first_read import FirstRead, Result, Task
from echoforensics.extraction.workers import searching_processes
from echoforensics.extraction.workers.reading_process import ReadingProcess

FRAME = b"\xff\xf3\x64\xc4" + bytes(9)
SOUND = b"".join(FRAME + random.Random(n).randbytes(131) for n in range(30))


@pytest.fixture
def image(tmp_path: Path, make_image: Callable[..., Path]) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    (root / "blob").write_bytes(b"\x01" * 5555 + SOUND)
    return make_image(root)


def _silent(_: int) -> None:
    """Reports nothing."""


def _read(task: Task, size: int) -> tuple[Result, bool]:
    with FirstRead(task, size) as first:
        while not first.wait(0.05):
            assert first.done >= 0
        return first.result(), first._process is not None


@pytest.mark.parametrize("carve", [True, False])
def test_a_process_of_its_own_finds_the_same(image: Path, carve: bool) -> None:
    task = Task(image, "raw image", ("md5", "sha256"), carve)
    within, own = _read(task, 1)
    apart, other = _read(task, first_read.OWN_PROCESS_FROM)

    assert (own, other) == (False, True)
    assert apart == within
    assert apart.hashes.whole.sha256 == hashlib.sha256(image.read_bytes()).hexdigest()
    if not carve:
        assert apart.carved is None
        return
    assert apart.carved is not None
    (found,) = apart.carved
    assert image.read_bytes()[found.offset : found.offset + found.length] == SOUND


def test_processes_that_search_a_range_each_find_the_same(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = image.stat().st_size // 8
    for module in (range_search, searching_processes):
        monkeypatch.setattr(module, "BLOCK_SIZE", block)
    monkeypatch.setattr(range_search, "RANGE", block)
    monkeypatch.setattr(searching_processes, "RANGE", block)
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(searching_processes, "ReadingProcess", starts_noted(given))
    task = Task(image, "raw image", ("sha256",), carve=True)

    assert task.found == ()
    assert replace(task, searchers=3).run(_silent) == task.run(_silent)
    assert [begin for begin, _ in given] == [0, 3 * block, 6 * block]
    assert [end for _, end in given] == [3 * block, 6 * block, image.stat().st_size]


def starts_noted(given: list[tuple[int, int]]) -> Callable[..., ReadingProcess]:
    def begin(run: partial[None]) -> ReadingProcess:
        given.append(run.args[2:])
        return ReadingProcess(run)

    return begin


def test_what_it_cannot_read_it_says(tmp_path: Path, image: Path) -> None:
    task = Task(image, "raw image", ("sha256",), carve=True)
    image.rename(tmp_path / "gone.dd")

    with pytest.raises(SourceError, match="there is no such file or folder"):
        _read(task, first_read.OWN_PROCESS_FROM)


def test_a_process_that_dies_is_reported(image: Path) -> None:
    with FirstRead(Task(image, "raw image", ("sha256",), carve=True), first_read.OWN_PROCESS_FROM) as first:
        assert first._process is not None
        first._process.kill()
        with pytest.raises(OSError, match="ended with code -9"):
            first.result()


def test_nothing_is_run_from_the_working_directory(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = tmp_path / "evidence"
    (evidence / "echoforensics").mkdir(parents=True)
    trap = "open('trapped', 'w').close()\n"
    for name in ("echoforensics/__init__.py", "hashlib.py", "pickle.py", "sitecustomize.py"):
        (evidence / name).write_text(trap)
    monkeypatch.chdir(evidence)

    _read(Task(image, "raw image", ("sha256",), carve=False), first_read.OWN_PROCESS_FROM)

    assert not os.path.lexists("trapped")


def test_a_folder_is_hashed_as_it_always_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    result, _ = _read(Task(tmp_path, "folder", ("sha256",), carve=True), 0)

    assert result == Result(open_source(tmp_path).hash(("sha256",)), None)
