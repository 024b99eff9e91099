"""Sealing a folder and verifying it, against hashing its files: ``python -m benchmarks.sealing --files 10000``.

Processor seconds of one process, all threads; the files are in the page cache. A folder is sealed as a bag with a
ledger, and then verified: the signed list, every file, manifests, ledger.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chain_of_custody.bag import seal_bag
from chain_of_custody.folder_check import check_sealed
from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import Ledger

_FOLDERS = 100


def main() -> None:
    """Make the files, measure in turn, print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--kibibytes", type=int, default=105, help="mean size of a file")
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        folder = Path(work) / "bundle"
        total = _make(folder, given.files, given.kibibytes << 10)
        key = SigningKey.generate()
        ledger = Ledger.open(folder / "data" / "custody.jsonl", key, "benchmark")
        state = {"ledger": {"head": ledger.head, "length": ledger.length, "file": "data/custody.jsonl"}}
        taken: dict[str, list[float]] = {"hashing": [], "sealing": [], "verifying": []}
        for number in range(given.runs + 1):
            steps: dict[str, Callable[[], object]] = {
                "hashing": lambda: _hash(folder),
                "sealing": lambda: seal_bag(folder, key, kind="export", detail=state),
                "verifying": lambda: _verify(folder),
            }
            for name, step in steps.items():
                seconds = _measured(step)
                # The first of all warms up.
                taken[name] += [seconds] if number else []
            for path in folder.iterdir():
                if path.is_file():
                    path.unlink()
    print(_table(taken, given.files, total))


def _make(folder: Path, files: int, mean: int) -> int:
    """Files of many sizes around a mean, and what they come to in bytes."""
    chance, content, total = random.Random(1), os.urandom(2 * mean), 0
    for number in range(files):
        path = folder / "data" / "recordings" / f"{number % _FOLDERS:03}" / f"EF-{number:07}.ogg"
        path.parent.mkdir(parents=True, exist_ok=True)
        size = chance.randrange(2 * mean)
        path.write_bytes(number.to_bytes(8, "big") + content[:size])
        total += size + 8
    return total


def _hash(folder: Path) -> None:
    """The SHA-256 of every file, one after the other, as a few lines of Python do it."""
    for above, _, names in os.walk(folder):
        for name in names:
            with Path(above, name).open("rb") as stream:
                hashlib.file_digest(stream, "sha256")


def _verify(folder: Path) -> None:
    result = check_sealed(folder, tokens=())
    assert result.ok, [check for check in result.checks.checks if not check.ok]


def _measured(step: Callable[[], object]) -> float:
    begun = time.process_time()
    step()
    return time.process_time() - begun


def _table(taken: dict[str, list[float]], files: int, total: int) -> str:
    lines = [
        "## Sealing and verifying, against hashing",
        "",
        f"{files} files of {total / 2**30:.2f} GiB in all.",
        "",
        "| in turn | median processor s | times hashing |",
        "|---|---|---|",
    ]
    for name, seconds in taken.items():
        ratio = statistics.median(one / alone for one, alone in zip(seconds, taken["hashing"], strict=True))
        lines.append(f"| {name} | {statistics.median(seconds):.2f} | {ratio:.2f} |")
    return "\n".join([*lines, "", f"    python -m benchmarks.sealing --files {files}", ""])


if __name__ == "__main__":
    main()
