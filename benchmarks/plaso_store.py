"""A case written as plaso's storage file, against log2timeline on the same image: writes RESULTS-plaso.md.

``python -m benchmarks.plaso_store``. The image is an ext4 data partition with a year of a first-generation Echo's
rotated logs, made by the demo's log writer: utterances by the hour, gzip as on the device.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import random
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from plaso.storage.factory import StorageFactory

from benchmarks.measure import Contender, commands, compare, table
from echoforensics.demo.device_log import log
from echoforensics.demo.story import UTTERANCES, Utterance

RESULTS = Path(__file__).with_name("RESULTS-plaso.md")
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
_QUIET = ["-q", "--status_view", "none"]


def build(image: Path, days: int, spoken: int) -> None:
    """An image with a log a day, each with so many utterances."""
    draw = random.Random(2017)
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder) / "local" / "log"
        logs.mkdir(parents=True)
        for number in range(days):
            day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=number)
            end = day + timedelta(days=1)
            content = log(day, end, utterances(day, spoken, draw))
            (logs / f"messages_{number:08}_{end:%Y%m%d%H%M%S}.gz").write_bytes(gzip.compress(content, mtime=0))
        size = sum(path.stat().st_size for path in logs.iterdir())
        with image.open("wb") as stream:
            stream.truncate(size * 2 + 64 * 1024 * 1024)
        command = ["mkfs.ext4", "-q", "-F", "-d", folder, str(image)]
        subprocess.run(command, check=True, env={"PATH": _SYSTEM_PATH})


def utterances(day: datetime, spoken: int, draw: random.Random) -> Iterator[Utterance]:
    """At most this many utterances on a day."""
    for number in range(spoken):
        start = day + timedelta(seconds=number * 86_000 // spoken, milliseconds=draw.randrange(999))
        name, request = (str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(2))
        yield replace(UTTERANCES[0], start=start, uuid=name, request=request)


def main() -> None:
    """Build the image, compare, write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--days", type=int, default=100, help="logs in the image, one a day")
    arguments.add_argument("--spoken", type=int, default=50, help="utterances a day")
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        work = Path(folder)
        build(work / "image.dd", given.days, given.spoken)
        text = _compared(work, given.days, given.spoken, given.runs)
    given.output.write_text(text)
    print(text)


def _compared(work: Path, days: int, spoken: int, runs: int) -> str:
    image, case = str(work / "image.dd"), str(work / "case")
    ours = [sys.executable, "-m", "echoforensics"]
    stores = {name: str(work / f"{name}.plaso") for name in ("store", "single", "workers")}

    def log2timeline(name: str, *options: str) -> list[str]:
        quiet = ["--unattended", *_QUIET, "--logfile", str(work / "plaso.log"), "--storage_file", stores[name]]
        return [*ours, "log2timeline", *options, *quiet, "--parsers", "alexa", image]

    extract = Contender(
        "extract (hash, walk, carve, parse, hash again, seal)",
        [*ours, "extract", image, "-c", case, "--unsigned"],
        ["rm", "-rf", case],
    )
    store = Contender(
        "timeline -f plaso: the store from the case",
        [*ours, "timeline", case, "-f", "plaso", "-o", stores["store"]],
        ["rm", "-f", stores["store"]],
    )
    others = [
        Contender(
            "log2timeline, one process (SHA-256 of each file)",
            log2timeline("single", "--single_process"),
            ["rm", "-f", stores["single"]],
        ),
        Contender(
            "log2timeline, 2 workers", log2timeline("workers", "--workers", "2"), ["rm", "-f", stores["workers"]]
        ),
    ]
    contenders = [extract, store, *others]
    compare(contenders, runs)
    counts = {name: _events(Path(path)) for name, path in stores.items()}
    if len(set(counts.values())) != 1:
        raise RuntimeError(f"the stores differ: {counts}")
    return f"""# plaso: our store against log2timeline

Written by `python -m benchmarks.plaso_store`. {runs} counted runs of each command after one warm-up, in turn. Ratios
are taken pair by pair and are what to quote; seconds are this machine's.

Machine: {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}; plaso {version("plaso")}.

The image: ext4, {days} gzip logs of a first-generation Echo, {spoken} utterances in each; {counts["store"]} events.
The three stores hold the same number of events, or this page would not have been written. log2timeline hashes each
file; it does not hash the image, read deleted files or carve, nor does it keep what it read.

{table(contenders, store)}

{commands(contenders, work)}
"""


def _events(path: Path) -> int:
    reader = StorageFactory.CreateStorageReaderForFile(str(path))
    try:
        return int(reader.GetNumberOfAttributeContainers("event"))
    finally:
        reader.Close()


if __name__ == "__main__":
    main()
