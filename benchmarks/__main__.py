"""Extraction from a 1 GiB image, against plaso on the same image and against hashing alone."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.image import FILES
from benchmarks.measure import Contender, commands, compare, table

RESULTS = Path(__file__).parent / "RESULTS.md"
_HASH = (
    "import sys; from pathlib import Path; from chain_of_custody.digest import hash_file;"
    " print(hash_file(Path(sys.argv[1])))"
)


def main() -> None:
    """Build the image, run the comparison, write RESULTS.md."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mebibytes", type=int, default=1024, help="size of the image")
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        work = Path(folder)
        image = work / "image.dd"
        # In a process of its own: the memory of a parent counts in the peaks of the commands it starts.
        subprocess.run([sys.executable, "-m", "benchmarks.image", str(image), str(given.mebibytes)], check=True)
        contenders = _contenders(work, image)
        compare(contenders, given.runs)
        text = _results(contenders, work, image, given.runs)
    given.output.write_text(text)
    print(text)


def _contenders(work: Path, image: Path) -> list[Contender]:
    tools, case, store = Path(sys.executable).parent, work / "case", work / "store.plaso"
    plaso = [str(tools / "log2timeline"), "--single_process", "--unattended", "-q", "--status_view", "none",
             "--logfile", str(work / "plaso.log"), "--storage_file", str(store)]  # fmt: skip
    remove = ["rm", "-rf", str(case), str(store), str(work / "plaso.log")]
    return [
        Contender(
            "echoforensics extract (hash, walk, parse, hash again, seal)",
            [str(tools / "echoforensics"), "extract", str(image), "-c", str(case), "--unsigned"],
            remove,
        ),
        Contender("hashing alone (MD5 + SHA-256, one read)", [sys.executable, "-c", _HASH, str(image)]),
        Contender(
            "plaso log2timeline, filestat only, no hashes",
            [*plaso, "--parsers", "filestat", "--hashers", "none", str(image)],
            remove,
        ),
        Contender("plaso log2timeline, its default parsers and hashes", [*plaso, str(image)], remove),
    ]  # fmt: skip


def _results(contenders: list[Contender], work: Path, image: Path, runs: int) -> str:
    size = image.stat().st_size / 1024**3
    return f"""# Results

Written by `make bench` (`python -m benchmarks`). One run, files in the page cache, {runs} counted runs of each
command after one warm-up, in turn. Ratios are taken pair by pair and are what to quote; seconds are this machine's.

Machine: {platform.machine()}, {len(os.sched_getaffinity(0))} processors, Linux {platform.release()}, Python
{platform.python_version()}; plaso {version("plaso")}, pytsk3 {version("pytsk3")}.

## Extraction from a {size:.0f} GiB ext4 image, {FILES} files, four fifths full

{table(contenders, contenders[0])}

plaso has no Alexa parsers, so it reads files and makes file-system events; it finds none of the device's or the
account's records. `extract` reads the image three times: hashed before, read, hashed after.

Commands (WORK is a temporary folder):

{commands(contenders, work)}
"""


if __name__ == "__main__":
    main()
