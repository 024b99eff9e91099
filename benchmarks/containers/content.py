"""The files that every image and archive here holds."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

from echoforensics.demo.build import clip
from echoforensics.demo.device_log import log
from echoforensics.demo.story import EARLIER, UTTERANCES

#: For archives that hold a name twice: the name that a file takes there.
SHARED_NAMES = {
    "local/cache/other.wav": "local/cache/playback.wav",
    "local/log/messages_00000102_20240309221500.gz": "local/log/messages_00000101_20240308210000.gz",
}
_DAY = datetime(2024, 3, 9, tzinfo=UTC)


def files() -> dict[str, bytes]:
    """Two recordings, two compressed logs, a log and a small file, by their paths."""
    earlier = log(_DAY.replace(day=8, hour=20), _DAY.replace(day=8, hour=21), [EARLIER])
    day = log(_DAY.replace(hour=17), _DAY.replace(hour=22), UTTERANCES[:2])
    return {
        "local/cache/other.wav": clip(UTTERANCES[0].clip),
        "local/cache/playback.wav": clip(EARLIER.clip),
        "local/log/messages_00000101_20240308210000.gz": gzip.compress(earlier, mtime=0),
        "local/log/messages_00000102_20240309221500.gz": gzip.compress(day, mtime=0),
        "local/system/volume": b"129",
        "log/messages": log(_DAY.replace(hour=22), _DAY.replace(hour=23), [UTTERANCES[3]]),
    }


def write(folder: Path) -> Path:
    """Write the files below a folder; returns it."""
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
