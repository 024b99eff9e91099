"""Long series of tests run whole, with several seeds, and mutants of the core: writes RESULTS-endurance.md.

``make test`` runs a tenth of each series, the same tenth every time (``tests/conftest.py``). This runs all of them,
drawn again for each seed, and says what failed; and then how many mutants of the core the tests kill.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("RESULTS-endurance.md")
#: A folder of tests is told apart by this many parts of its path.
_DEPTH = 3


@dataclass
class SeriesRun:
    """What one seed gave.

    Attributes:
        seed: of Hypothesis; the series that are numbered have seeds of their own, the same in every run.
        seconds: processor time of the run, of all its processes.
        tests: how many there were, by folder.
        examples: how many examples they ran, by folder.
        failures: the name of each test that failed, and the first line of why.
        skipped: why tests were skipped, and how many.
    """

    seed: int
    seconds: float = 0.0
    tests: Counter[str] = field(default_factory=Counter)
    examples: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run everything, write the results; exit with 1 if a test failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="each runs all series once")
    arguments.add_argument("--most", type=int, default=40, help="mutants of each module of the core")
    arguments.add_argument("--tests", nargs="+", default=["tests"], help="files and folders of tests")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    runs = [run_series(seed, given.tests) for seed in given.seeds]
    mutants = _run_mutants(given.most, given.seeds[0])
    time = f"Processor time of all: {_children_seconds():.0f} s."
    text = "\n".join([_heading(), _series(runs, given.tests), mutants, time, ""])
    given.output.write_text(text)
    print(text)
    sys.exit(any(run.failures for run in runs))


def run_series(seed: int, tests: list[str]) -> SeriesRun:
    """Run every series whole.

    Raises:
        RuntimeError: pytest could not run them.
    """
    before = _children_seconds()
    with tempfile.TemporaryDirectory(prefix="echoforensics-endurance-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", *tests, "-m", "series", f"--hypothesis-seed={seed}",
                   "-n", "auto", "--dist", "worksteal", "-p", "no:cacheprovider", f"--junitxml={report}"]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "ECHOFORENSICS_ENDURANCE": "1"}, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"pytest ended with {done.returncode}: {' '.join(command)}")
        run = read_report(report, seed)
    run.seconds = _children_seconds() - before
    return run


def read_report(path: Path, seed: int) -> SeriesRun:
    """What a JUnit report says."""
    run = SeriesRun(seed)
    for case in ET.parse(path).iter("testcase"):
        folder = "/".join(case.get("classname", "").split(".")[:-1][:_DEPTH])
        skip = case.find("skipped")
        if skip is not None:
            run.skipped[(skip.get("message") or "").partition(": ")[2] or "skipped"] += 1
            continue
        run.tests[folder] += 1
        for given in case.iter("property"):
            if given.get("name") == "examples":
                run.examples[folder] += int(given.get("value", "0"))
        for failure in (*case.findall("failure"), *case.findall("error")):
            message = (failure.get("message") or "").partition("\n")[0]
            run.failures.append(f"`{case.get('classname')}::{case.get('name')}`, seed {seed}: {message}")
    return run


def _run_mutants(most: int, seed: int) -> str:
    command = [sys.executable, "-m", "benchmarks.mutation", "--most", str(most), "--seed", str(seed)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _heading() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("hypothesis", "pytest", "plaso"))
    return f"""# Endurance

Written by `make endurance` (`python -m benchmarks.endurance`). `make test` runs a tenth of these series.

Machine: {platform.machine()}, {len(os.sched_getaffinity(0))} processors, Linux {platform.release()}, Python
{platform.python_version()}; {packages}.
"""


def _series(runs: list[SeriesRun], tests: list[str]) -> str:
    lines = [
        "## Series", "", "An example is one input that Hypothesis drew, or one number or case of a series.", "",
        "| tests in | tests | examples of each seed |", "|---|---|---|",
    ]  # fmt: skip
    first = runs[0]
    lines += [f"| {folder} | {count} | {first.examples[folder]} |" for folder, count in sorted(first.tests.items())]
    lines.append(f"| all | {first.tests.total()} | {first.examples.total()} |")
    lines += ["", "| seed | tests | examples | failed | processor s |", "|---|---|---|---|---|"]
    lines += [
        f"| {run.seed} | {run.tests.total()} | {run.examples.total()} | {len(run.failures)} | {run.seconds:.0f} |"
        for run in runs
    ]
    failures = [f"- {failure}" for run in runs for failure in run.failures]
    lines += ["", "Failed:" if failures else "None failed.", "", *failures]
    lines += [f"Not run: {count} tests, {reason}." for reason, count in sorted(first.skipped.items())]
    seeds = " ".join(str(run.seed) for run in runs)
    return "\n".join([*lines, "", f"    python -m benchmarks.endurance --seeds {seeds} --tests {' '.join(tests)}", ""])


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
