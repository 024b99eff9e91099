"""Timing a command as a whole process, and comparing commands in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Contender:
    """A command and what its runs took.

    Attributes:
        name: as the table shows it.
        command: the program and its arguments.
        before: run before each run, not timed.
        seconds: wall-clock seconds of each counted run.
        peak_mib: peak resident memory of each counted run, MiB.
    """

    name: str
    command: list[str]
    before: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
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
        begun = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - begun
        if process.returncode not in (0, 3):
            raise RuntimeError(f"{self.name} exited with {process.returncode}: {' '.join(self.command)}")
        if counted:
            self.seconds.append(took)
            self.peak_mib.append(usage.ru_maxrss / 1024)


def compare(contenders: list[Contender], runs: int) -> None:
    """Run each once to warm up, then all in turn, so that a drift of the machine's speed falls on all alike."""
    for contender in contenders:
        contender.run(counted=False)
    for number in range(runs):
        for contender in contenders:
            print(f"run {number + 1} of {runs}: {contender.name}", file=sys.stderr)
            contender.run(counted=True)


def table(contenders: list[Contender], ours: Contender) -> str:
    """A Markdown table: median, range, peak memory, and how many times as long as ours."""
    lines = [
        "| command | median s | min..max s | peak MiB | times as long as ours |",
        "|---|---|---|---|---|",
    ]
    for one in contenders:
        ratio = statistics.median(theirs / mine for theirs, mine in zip(one.seconds, ours.seconds, strict=True))
        lines.append(
            f"| {one.name} | {one.median:.2f} | {min(one.seconds):.2f}..{max(one.seconds):.2f}"
            f" | {max(one.peak_mib):.0f} | {ratio:.2f} |"
        )
    return "\n".join(lines)


def commands(contenders: list[Contender], hide: Path) -> str:
    """The commands, a line each, with the temporary folder's name left out."""
    return "\n".join(f"    {' '.join(one.command)}".replace(str(hide), "WORK") for one in contenders)
