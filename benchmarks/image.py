"""The image that extraction is timed on: ``python -m benchmarks.image PATH MEBIBYTES``."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from echoforensics.demo.account import activities
from echoforensics.demo.build import clip
from echoforensics.demo.device_log import log
from echoforensics.demo.story import NEAR_MISSES, UTTERANCES

FILES = 4000
_LARGEST = 64 * 1024 * 1024


def build_image(image: Path, mebibytes: int) -> None:
    """An ext4 image, four fifths full: random files of many sizes, device logs, recordings, API answers."""
    root = image.with_name("root")
    draw = random.Random(2024)
    left = mebibytes * 1024 * 1024 * 4 // 5
    (root / "log").mkdir(parents=True)
    start = datetime(2024, 3, 9, 17, tzinfo=UTC)
    content = log(start, start + timedelta(hours=6), [*UTTERANCES, *NEAR_MISSES])
    for number in range(20):
        (root / "log" / f"messages_{number:08}").write_bytes(content)
    for number, utterance in enumerate(UTTERANCES):
        (root / f"{number}.wav").write_bytes(clip(utterance.clip))
    (root / "traffic.json").write_bytes(activities())
    for number in range(FILES):
        path = root / f"d{number % 40}" / f"f{number}"
        path.parent.mkdir(exist_ok=True)
        size = min(left, _LARGEST, int(draw.paretovariate(1.1) * left / FILES / 6))
        path.write_bytes(draw.randbytes(size))
        left -= size
    with image.open("wb") as stream:
        stream.truncate(mebibytes * 1024 * 1024)
    mkfs = shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin")
    subprocess.run([mkfs or "mkfs.ext4", "-q", "-F", "-d", str(root), str(image)], check=True)
    shutil.rmtree(root)


if __name__ == "__main__":
    build_image(Path(sys.argv[1]), int(sys.argv[2]))
