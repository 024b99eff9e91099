"""The image that carving is timed on: ``python -m benchmarks.planted PATH MEBIBYTES FILES CLIPS``.

An ext4 file system with many small files. The rest of it was one large file (half random bytes, a quarter zeros, a
quarter text) that is deleted again. In the blocks it had, recordings are planted, half of them at odd bytes. What was
planted where is written beside the image, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytsk3

from benchmarks.clips import FORMATS, make_clip

_MEBIBYTE = 1024 * 1024
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
_TEXT = (b"The quick brown fox jumps over the lazy dog; sphinx of black quartz, judge my vow.\n" * 13000)[:_MEBIBYTE]
#: Bytes of the file system that stay free for its own tables.
_SPARE = 24


def build(image: Path, mebibytes: int, files: int, clips: int) -> None:
    """Build the image, and ``PATH.json`` beside it."""
    draw = random.Random(1899)
    root = image.with_name(image.name + "-root")
    used = _small_files(root, files, draw)
    filler = root / "filler"
    size = mebibytes - used // _MEBIBYTE - mebibytes // _SPARE - files // 100
    with filler.open("wb") as stream:
        for number in range(size):
            stream.write((draw.randbytes(_MEBIBYTE), bytes(_MEBIBYTE), _TEXT, draw.randbytes(_MEBIBYTE))[number % 4])
    with image.open("wb") as stream:
        stream.truncate(mebibytes * _MEBIBYTE)
    _run("mkfs.ext4", "-q", "-F", "-N", str(files * 2 + 5000), "-d", str(root), str(image))
    shutil.rmtree(root)
    extents = _extents(image)
    _run("debugfs", "-w", "-R", "rm /filler", str(image))
    planted = _plant(image, extents, clips, draw)
    image.with_name(image.name + ".json").write_text(json.dumps(planted))


def _small_files(root: Path, files: int, draw: random.Random) -> int:
    """Files of about 20 KiB on average; returns their bytes with the rest of the last blocks."""
    used = 0
    for number in range(files):
        path = root / f"d{number % 200}" / f"f{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = draw.randbytes(min(400_000, int(draw.paretovariate(1.1) * 4000)))
        path.write_bytes(content)
        used += len(content) + 4096
    return used


def _extents(image: Path) -> list[tuple[int, int]]:
    system = pytsk3.FS_Info(pytsk3.Img_Info(str(image)))
    block = system.info.block_size
    runs = [(run.addr * block, run.len * block) for part in system.open("/filler") for run in part if run.addr]
    merged: list[tuple[int, int]] = []
    for start, length in sorted(runs):
        if merged and sum(merged[-1]) == start:
            merged[-1] = (merged[-1][0], merged[-1][1] + length)
        else:
            merged.append((start, length))
    return merged


def _plant(image: Path, extents: list[tuple[int, int]], clips: int, draw: random.Random) -> list[dict[str, object]]:
    wanted = [suffix for suffix in FORMATS for _ in range(clips)]
    draw.shuffle(wanted)
    planted: list[dict[str, object]] = []
    places = _places(extents, len(wanted), draw)
    with image.open("r+b") as stream:
        for number, (suffix, place) in enumerate(zip(wanted, places, strict=True)):
            at = place + (draw.randrange(1, 511) if number % 2 else 0)
            content = make_clip(image.parent, suffix, draw)
            stream.seek(at)
            stream.write(content)
            planted.append(
                {
                    "suffix": suffix,
                    "offset": at,
                    "length": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
    return planted


def _places(extents: list[tuple[int, int]], count: int, draw: random.Random) -> list[int]:
    """Starts of sectors, each with a mebibyte to itself within one extent."""
    slots = [at for start, length in extents for at, _ in pairwise(range(start, start + length, _MEBIBYTE))]
    return sorted(draw.sample(slots, count))


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path=_SYSTEM_PATH)
    subprocess.run([found or program, *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
