"""Timing a command as a whole process, and comparing commands in one run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

#: Seconds between two looks at memory.
_INTERVAL = 0.02


@dataclass(slots=True)
class Contender:
    """A command and what its runs took.

    Attributes:
        name: as the table shows it.
        command: the program and its arguments.
        before: run before each run, not timed.
        once: run it once, without a warm-up: it takes minutes.
        seconds: wall-clock seconds of each counted run.
        processor: processor seconds of each counted run, of the command and what it starts.
        peak_mib: peak resident memory of each counted run, MiB, of the command and what it starts.
    """

    name: str
    command: list[str]
    before: list[str] = field(default_factory=list)
    once: bool = False
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)

    def run(self, *, counted: bool) -> None:
        """Run once.

        Raises:
            RuntimeError: the command failed; 3 is not a failure of ours (some evidence could not be read).
        """
        if self.before:
            subprocess.run(self.before, check=True)
        used, begun = children_seconds(), time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with Peak(process.pid) as peak:
            process.wait()
        took = time.perf_counter() - begun
        if process.returncode not in (0, 3):
            raise RuntimeError(f"{self.name} exited with {process.returncode}: {' '.join(self.command)}")
        if counted:
            self.seconds.append(took)
            self.processor.append(children_seconds() - used)
            self.peak_mib.append(peak.mib)


def children_seconds() -> float:
    """Processor seconds of all processes that this one has started and that have ended, and of those they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Peak:
    """Samples the resident memory of a process and of those it starts, while it is entered."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.mib = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(_INTERVAL):
            self.mib = max(self.mib, sum(_resident(each) for each in family(self._process)) / 1024)


def family(process: int) -> list[int]:
    """A process, and those that it and they have started."""
    found, pending = [process], [process]
    while pending:
        try:
            lists = [path.read_text() for path in Path(f"/proc/{pending.pop()}/task").glob("*/children")]
        except OSError:
            continue
        children = [int(child) for each in lists for child in each.split()]
        found += children
        pending += children
    return found


def _resident(process: int) -> int:
    """Kilobytes of memory in use; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def compare(contenders: list[Contender], runs: int) -> None:
    """Run each once to warm up, then all in turn, so that a drift of the machine's speed falls on all alike."""
    for contender in contenders:
        if not contender.once:
            contender.run(counted=False)
    for number in range(runs):
        for contender in contenders:
            if contender.once and number:
                continue
            print(f"run {number + 1} of {runs}: {contender.name}", file=sys.stderr)
            contender.run(counted=True)


def table(contenders: list[Contender], ours: Contender) -> str:
    """A Markdown table: median, range, peak memory, and how many times as long as ours."""
    lines = [
        "| command | median s | min..max s | peak MiB | times as long as ours |",
        "|---|---|---|---|---|",
    ]
    for one in contenders:
        pairs = zip(one.seconds, ours.seconds, strict=False)  # what ran once has one pair
        ratio = statistics.median(theirs / mine for theirs, mine in pairs)
        lines.append(
            f"| {one.name} | {one.median:.2f} | {min(one.seconds):.2f}..{max(one.seconds):.2f}"
            f" | {max(one.peak_mib):.0f} | {ratio:.2f} |"
        )
    return "\n".join(lines)


def commands(contenders: list[Contender], hide: Path) -> str:
    """The commands, a line each, without the temporary folder's name and where programs are on this machine."""
    return "\n".join(f"    {without_places(' '.join(one.command), hide)}" for one in contenders)


def without_places(text: str, hide: Path) -> str:
    """A text in which programs have their names alone, and a temporary folder and its twin in memory are WORK."""
    for place in (Path("/dev/shm") / hide.name, hide):
        text = text.replace(str(place), "WORK")
    text = text.replace(sys.executable, "python").replace(f"{Path(sys.executable).parent}{os.sep}", "")
    return text.replace(f"{Path(__file__).parent}{os.sep}", "benchmarks/")
