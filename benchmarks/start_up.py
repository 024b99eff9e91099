"""How long the command takes to start: ``python -m benchmarks.start_up [RUNS]`` prints its part of RESULTS.md."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

#: What any program of this kind imports.
_LEAST = ["-c", "import click, sqlite3"]
_STARTS = ("--help", "--version", "extract --help", "timeline --help")
#: A whole run on a folder with one file of six bytes; {number} counts the runs.
_WHOLE = (
    "extract SOURCE -c CASE{number} --unsigned --workers 1", "info CASE{number}", "timeline CASE{number}",
    "verify CASE{number}",
)  # fmt: skip
#: `--help` may take this many times as long as the least, and this many seconds more.
_FACTOR, _SECONDS_MORE = 2, 0.1


def main() -> None:
    """Measure and print."""
    print(start_up(int(sys.argv[1]) if len(sys.argv) > 1 else 10))


def start_up(runs: int) -> str:
    """The part of RESULTS.md: processor time of each start, against the least, in turn."""
    least: list[float] = []
    measured: dict[str, list[float]] = {start: [] for start in (*_STARTS, *_WHOLE)}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "SOURCE")
        source.mkdir()
        source.joinpath("a.txt").write_text("hello\n", encoding="ascii")
        for number in range(runs + 1):
            for name, seconds in measured.items():
                taken = _processor_seconds(["-m", "echoforensics", *name.format(number=number).split()], folder)
                if number:  # the first run of each warms up
                    seconds.append(taken)
            if number:
                least.append(_processor_seconds(_LEAST, folder))
    base = statistics.median(least)
    rows = [
        f"| `echoforensics {name.replace('{number}', '')}` | {statistics.median(seconds):.3f} "
        f"| {statistics.median(one / other for one, other in zip(seconds, least, strict=True)):.1f} |"
        for name, seconds in measured.items()
    ]
    limit = _FACTOR * base + _SECONDS_MORE
    kept = "kept" if statistics.median(measured["--help"]) < limit else "NOT KEPT"
    return "\n".join((
        "## Starting",
        "",
        "| command | median processor s | times the least |",
        "|---|---|---|",
        f"| `python -c '{_LEAST[1]}'` (the least) | {base:.3f} | 1.0 |",
        *rows,
        "",
        "SOURCE is a folder with one file of six bytes.",
        "",
        f"Limit of `--help`: {_FACTOR} times the least and {_SECONDS_MORE} s more, {limit:.3f} s: {kept}.",
        "",
        f"    python -m benchmarks.start_up {runs}",
        "",
    ))  # fmt: skip


def _processor_seconds(arguments: list[str], folder: str) -> float:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        # The program lies where the benchmark was started; it is started in another folder.
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exited with {process.returncode}: {' '.join(arguments)}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
