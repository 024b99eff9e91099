"""A case on a disk that is too small, at every size from too small for anything to large enough."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

#: The folder of the case is a file system of its own, of a size that is raised before the second run.
SCRIPT = """
set -e
mount -t tmpfs -o size="$1" none "$2"
"$3" -m echoforensics extract "$4" -c "$2/case" --unsigned >"$5/first.out" 2>&1 || echo $? >"$5/first"
mount -o remount,size=256m "$2"
"$3" -m echoforensics extract "$4" -c "$2/case" --unsigned >"$5/second.out" 2>&1 || echo $? >"$5/second"
"$3" -m echoforensics verify "$2/case" >"$5/verify.out" 2>&1 || echo $? >"$5/verify"
"$3" -m echoforensics timeline "$2/case" -f jsonl -o "$5/rows.jsonl"
"""
SIZES = (100, 300, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950, 1000, 1100, 1200, 1400, 1600, 2000)


def _may_mount() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-Urm", "true"], check=False).returncode


@pytest.mark.skipif(not _may_mount(), reason="this system does not let users mount (unshare -Urm)")
def test_run_stops_and_is_completed_when_repeated(
    demo: Path, tmp_path: Path, series: Callable[[int], Iterable[int]], run_program: Callable[..., str]
) -> None:
    source = demo / "evidence" / "echo-data.img"
    whole = _rows(demo / "timeline.jsonl", source.name)
    stopped = set()
    for number in series(len(SIZES)):
        size = SIZES[number * 7 % len(SIZES)]
        out, mounted = tmp_path / f"out-{size}", tmp_path / f"disk-{size}"
        out.mkdir()
        mounted.mkdir()
        command = ["unshare", "-Urm", "sh", "-c", SCRIPT, "sh", f"{size}k", mounted, sys.executable, source, out]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4]), "HOME": str(tmp_path)}
        subprocess.run(list(map(str, command)), check=True, env=environment)

        first = (out / "first.out").read_text().splitlines()[-1]
        if (out / "first").exists():
            stopped.add(size)
            assert (out / "first").read_text().strip() == "2"
            assert first.startswith("echoforensics: ")
            assert first.endswith(": make room there, and repeat the command to continue")
        assert not (out / "second").exists(), (out / "second.out").read_text()
        assert not (out / "verify").exists(), (out / "verify.out").read_text()
        assert _rows(out / "rows.jsonl", source.name) == whole, size
    assert stopped


def _rows(path: Path, evidence: str) -> list[tuple[str, ...]]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return sorted((row["record"], row["message"], str(row["datetime"])) for row in rows if row["evidence"] == evidence)
