"""What everything costs, against the tools people would use instead, in one run: writes RESULTS.md.

Extraction, carving and walking of a 4 GiB image; the search by content; rows by kind, and how their cost grows; what
adding one row costs; one process against two; what cannot be left out; a timeline written out; a folder sealed and
verified. One kind with ten million rows is apart: ``make bench-largest``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.accuracy import accuracy_table, carved_counts, of_case, of_folders
from benchmarks.measure import Contender, commands, compare, table
from benchmarks.start_up import start_up

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).parent / "RESULTS.md"
#: What the report's section on error rates quotes of the section on carving.
CARVED = Path(__file__).parents[1] / "echoforensics" / "report" / "assets" / "carved_recordings.json"
_LARGEST_IMAGE = 16 * 1024**3
_TOOLS = Path(sys.executable).parent
_CONFIGURATION = Path(__file__).with_name("scalpel.conf")


@dataclass(frozen=True)
class Setting:
    """What is measured on: the folder worked in, the image, and how many runs count."""

    work: Path
    image: Path
    runs: int


def main() -> None:
    """Build the image, run every comparison, write RESULTS.md."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mebibytes", type=int, default=4096, help="size of the image")
    arguments.add_argument("--files", type=int, default=20_000, help="files in it")
    arguments.add_argument("--clips", type=int, default=35, help="recordings planted of each format")
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    arguments.add_argument("--rows", type=int, default=100_000, help="rows of each kind")
    arguments.add_argument("--most-rows", type=int, default=1_000_000, help="rows up to which growth is measured")
    arguments.add_argument("--disk", type=int, default=512, help="size of the Echo's disk, MiB")
    arguments.add_argument("--content", type=int, default=16, help="MiB of each content that is searched")
    arguments.add_argument("--sealed-files", type=int, default=10_000, help="files that are sealed, 105 KiB each")
    arguments.add_argument("--note", default="", help="a sentence on the circumstances, for the head of the results")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        setting = Setting(Path(folder), Path(folder) / "image.dd", given.runs)
        numbers = [str(given.mebibytes), str(given.files), str(given.clips)]
        # In a process of its own: the memory of a parent counts in the peaks of the commands it starts.
        _python("benchmarks.planted", str(setting.image), *numbers)
        text = ""
        for part in _parts(setting, given):
            # Written as it goes: a run takes hours.
            text += f"{part}\n"
            given.output.write_text(text)
    if given.output == RESULTS:
        CARVED.write_text(json.dumps(carved_counts(text), indent=1) + "\n")
    print(text)


def _parts(setting: Setting, given: argparse.Namespace) -> Iterator[str]:
    yield _heading(setting, given)
    for part in (_first_read, _carving, _walking, _memory):
        yield part(setting)
    yield start_up(setting.runs)
    yield from _scale(given)


def _scale(given: argparse.Namespace) -> Iterator[str]:
    """The parts that need no large image, each in a process of its own."""
    rows, runs = str(given.rows), str(given.runs)
    sizes = [str(10**power) for power in range(3, 8) if 10**power <= given.most_rows]
    by_kind = _python("benchmarks.rows_into_case", "--rows", rows)
    heading = (
        "## Rows by kind\n\nProcessor time of `extract`, less that of an extraction of nothing, and of its phases.\n"
    )
    yield _python("benchmarks.contents", "--mebibytes", str(given.content))
    yield f"{heading}\n{by_kind}\n    python -m benchmarks.rows_into_case --rows {rows}\n"
    yield _python("benchmarks.scale.growth", "--kinds", "CSV", "Echo log", "history JSON", "--rows", *sizes)
    yield _python("benchmarks.scale.adding", "--rows", *[size for size in sizes if int(size) >= 10_000][:2])
    yield _python("benchmarks.floors", "--rows", rows)
    yield _python("benchmarks.scale.workers", "--mebibytes", str(given.disk), "--rows", rows, "--runs", runs)
    yield _python("benchmarks.scale.two_processors", "--mebibytes", str(given.disk), "--rows", rows, "--runs", runs)
    yield _python("benchmarks.large_cases.engines", "--mebibytes", str(given.disk), "--runs", runs)
    yield _python("benchmarks.large_cases.bound", "--runs", runs)
    yield _python("benchmarks.large_cases.asking", "--rows", str(given.most_rows))
    yield _python("benchmarks.scale.timeline_out", "--rows", rows, "--runs", runs)
    yield _python("benchmarks.sealing", "--files", str(given.sealed_files), "--runs", runs)


def _python(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _heading(setting: Setting, given: argparse.Namespace) -> str:
    size = setting.image.stat().st_size / 1024**3
    note = f" {given.note}" if given.note else ""
    return f"""# Results

Written by `make bench` (`python -m benchmarks`). One run, files in the page cache, {setting.runs} counted runs of each
command after one warm-up, in turn (one run of what takes minutes). Ratios are taken pair by pair and are what to
quote; seconds are this machine's.{note}

Machine: {platform.machine()}, {len(os.sched_getaffinity(0))} processors, Linux {platform.release()}, Python
{platform.python_version()}; plaso {version("plaso")}, pytsk3 {version("pytsk3")}, hyperscan {version("hyperscan")}.

The image: {size:.2f} GiB, ext4, {given.files} files; in the blocks of a large deleted file (half random bytes, a
quarter zeros, a quarter text) {given.clips} recordings of each of seven formats are planted, half of them at odd bytes
(`benchmarks/planted.py`). WORK is a temporary folder.
"""


def _first_read(setting: Setting) -> str:
    measured = json.loads(_python("benchmarks.first_read", str(setting.image), str(setting.runs)))
    ratios = {how: _ratio(measured, how) for how in ("processor", "clock")}
    hashing = _middle(measured["alone"], "processor")
    matching = measured["walk_and_match"] - measured["walk"]
    both = (hashing + measured["search"]) / hashing
    return f"""## The first read: hashing, walking, matching and carving, against hashing alone

| in turn, median | processor s | s by the clock |
|---|---|---|
| hashing alone (MD5 + SHA-256, each in a thread) | {hashing:.2f} | {_middle(measured["alone"], "clock"):.2f} |
| hashing + walking {measured["entries"]} entries + matching each + carving {measured["finds"]} finds \
| {_middle(measured["read"], "processor"):.2f} | {_middle(measured["read"], "clock"):.2f} |

Ratio, median of pairs: **{ratios["clock"]:.2f}** by the clock, {ratios["processor"]:.2f} in processor time. Matching
reads the first 64 KiB of each file; files are not hashed here.

By themselves, the search takes {measured["search"]:.2f} s, the walk {measured["walk"]:.2f} s, and to read the heads
of the files and match them {matching:.2f} s; the rest is the process that hashes. Hashing and search come to {both:.2f}
times hashing: that is the floor of one look at each byte, and each file adds its open, its read and its match.

    python -m benchmarks.first_read WORK/image.dd {setting.runs}
"""


def _ratio(measured: dict[str, Any], how: str) -> float:
    """How many times as long as hashing alone the first read takes, pair by pair."""
    pairs = zip(measured["read"], measured["alone"], strict=True)
    return statistics.median(read[how] / alone[how] for read, alone in pairs)


def _middle(runs: list[dict[str, float]], how: str) -> float:
    return statistics.median(run[how] for run in runs)


def _carving(setting: Setting) -> str:
    work, image = setting.work, str(setting.image)
    case, scalpel, photorec = work / "case", work / "scalpel", work / "photorec"
    hashing = f"hashdeep -c md5,sha256 {image} > {work}/hashes && scalpel -c {_CONFIGURATION} -o {scalpel} {image}"
    search = "partition_none,options,fileopt,everything,enable,wholespace,search"
    ours = Contender(
        "echoforensics extract (hash, walk, match, carve, hash each file, parse, hash again, seal)",
        [sys.executable, "-m", "echoforensics", "extract", image, "-c", str(case), "--unsigned"],
        ["rm", "-rf", str(case)],
    )
    alone = Contender("echoforensics, the search alone", [sys.executable, "-m", "benchmarks.search_alone", image])
    others = [
        Contender(
            "hashdeep -c md5,sha256, then scalpel", ["sh", "-c", hashing], ["rm", "-rf", str(scalpel)], once=True
        ),
        Contender(
            "photorec (which does not hash)",
            ["photorec", "/d", str(photorec), "/cmd", image, search],
            ["sh", "-c", f"rm -rf {photorec}.*"],
        ),
    ]
    contenders = [ours, alone, *others]
    compare(contenders, setting.runs)
    found = {
        "echoforensics": of_case(case, setting.image),
        "scalpel": of_folders([scalpel], setting.image),
        "photorec": of_folders(work.glob("photorec.*"), setting.image),
    }
    return f"""## Carving

{table(contenders, ours)}

{accuracy_table(found)}

"Exact" are planted recordings given back byte for byte; "other" is whatever else was given as that format.

{commands(contenders, work)}
"""


def _walking(setting: Setting) -> str:
    work, image = setting.work, str(setting.image)
    # Into memory where that can be: how long a disk takes to make 20,000 files changes from run to run.
    place = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else work
    out, theirs, store = place / f"{work.name}-out", place / f"{work.name}-recovered", work / "store.plaso"
    plaso = [str(_TOOLS / "log2timeline"), "--single_process", "--unattended", "-q", "--status_view", "none",
             "--logfile", str(work / "plaso.log"), "--storage_file", str(store)]  # fmt: skip
    walk = [sys.executable, "-m", "benchmarks.walk", image]
    written = [
        Contender("echoforensics, walk and write every file", [*walk, str(out)], ["rm", "-rf", str(out)]),
        Contender("tsk_recover -a", ["tsk_recover", "-a", image, str(theirs)], ["rm", "-rf", str(theirs)]),
        Contender("Python alone, writing as many empty files, with the imports of a walk",
                  [sys.executable, "-m", "benchmarks.walk", "--alone", image, str(out)], ["rm", "-rf", str(out)]),
    ]  # fmt: skip
    listed = [
        Contender("echoforensics, walk and list every time", walk),
        Contender("plaso log2timeline, filestat only, no hashes",
                  [*plaso, "--parsers", "filestat", "--hashers", "none", image],
                  ["rm", "-f", str(store), str(work / "plaso.log")]),
    ]  # fmt: skip
    compare(written, setting.runs)
    compare(listed, setting.runs)
    subprocess.run(["rm", "-rf", str(out), str(theirs)], check=True)
    return f"""## Walking

{table(written, written[0])}

The last line is the floor of a walk in Python: what it takes before a file is read.

{table(listed, listed[0])}

{commands([*written, *listed], work)}
"""


def _memory(setting: Setting) -> str:
    image = setting.work / "large.dd"
    subprocess.run(["cp", "--sparse=always", str(setting.image), str(image)], check=True)
    lines = ["| image | seconds | peak MiB |", "|---|---|---|"]
    size = image.stat().st_size
    while size <= _LARGEST_IMAGE:
        os.truncate(image, size)
        case = setting.work / "memory"
        contender = Contender(
            "extract",
            [sys.executable, "-m", "echoforensics", "extract", str(image), "-c", str(case), "--unsigned"],
            ["rm", "-rf", str(case)],
        )
        contender.run(counted=True)
        lines.append(f"| {size / 1024**3:g} GiB | {contender.median:.1f} | {contender.peak_mib[0]:.0f} |")
        size *= 4
    text = "\n".join(lines)
    return f"""## Memory of `extract`

The larger images are the same one with a hole behind it. Peaks are of the command and the process that it hashes and
searches in, together, sampled every 20 ms.

{text}
"""


if __name__ == "__main__":
    main()
