"""The selftest where calls are missing that Linux has: what can be tried here of Windows and macOS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from echoforensics.evidence.media.positioned_read import read_at
from echoforensics.extraction.options import Options

ROOT = Path(__file__).resolve().parents[3]
#: What Python's documentation says is not there: on Windows, and on macOS.
MISSING = {
    "windows": (
        "fork", "forkpty", "pread", "preadv", "pwrite", "sched_getaffinity", "sync", "statvfs", "posix_fadvise",
        "getuid", "geteuid", "getgid", "chown", "fchown", "mkfifo", "sendfile", "copy_file_range", "memfd_create",
        "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOATIME",
    ),
    "macos": (
        "sched_getaffinity", "posix_fadvise", "copy_file_range", "memfd_create", "O_NOATIME", "preadv2", "splice",
        "getrandom", "eventfd",
    ),
}  # fmt: skip
_PROGRAM = """
import os, sys
for name in sys.argv[1:]:
    if hasattr(os, name):
        delattr(os, name)
from echoforensics.selftest.run import run_selftest
found = run_selftest()
print([(answer.area, answer.name, answer.differences) for answer in found.answers if not answer.passed])
print(found.passed, len(found.answers))
"""


@pytest.mark.parametrize("system", sorted(MISSING))
def test_every_known_answer_is_given_without_the_calls_that_it_has_not(system: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *MISSING[system]],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wrong, result = done.stdout.splitlines()
    assert wrong == "[]"
    assert result.startswith("True ")


def test_reading_at_a_place_is_the_same_without_pread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(bytes(range(200)))
    with (tmp_path / "x").open("rb") as stream:
        places = ((0, 10), (190, 20), (50, 0), (300, 5), (7, 3))
        expected = [read_at(stream.fileno(), size, offset) for offset, size in places]
        monkeypatch.delattr(os, "pread")
        assert [read_at(stream.fileno(), size, offset) for offset, size in places] == expected
    assert expected[1] == bytes(range(190, 200))


def test_processors_are_counted_where_the_system_does_not_say_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert Options().worker_count == os.cpu_count()
    assert Options(workers=3).worker_count == 3
    monkeypatch.delattr(os, "fork")
    assert Options(workers=3).worker_count == 1
