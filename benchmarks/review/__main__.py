"""How fast a review room answers while many work in it. Writes RESULTS-review.md.

The server is a process of its own, as ``echoforensics review`` runs it; the reviewers are threads of this one, on the
same processors.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.review.made_case import LONG_SECONDS, make_case
from benchmarks.review.reviewer import Browser, Reviewer

RESULTS = Path(__file__).parents[1] / "RESULTS-review.md"
_SEEKS = 100


@dataclass
class Measured:
    """What was measured.

    Attributes:
        answers: seconds of each answer, by what was asked for.
        clips: seconds of all answers that a clip needs, each.
        seeks: seconds of each answer to a range of the long recording.
        first_open: seconds until the long recording was shown for the first time: its outline is worked out.
        processor: seconds of the server.
        seconds: how long they worked.
        load: processes that wanted a processor, on average over the last minute, at the end.
    """

    answers: dict[str, list[float]]
    clips: list[float]
    seeks: list[float]
    first_open: float
    processor: float
    seconds: float
    load: float


def main() -> None:
    """Measure, and write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reviewers", type=int, default=20)
    arguments.add_argument("--pace", type=float, default=2.88, help="seconds of a clip; a shift has 28.8")
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--clips", type=int, default=2000)
    arguments.add_argument("--output", type=Path, default=RESULTS)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-") as folder:
        case = make_case(Path(folder), given.clips)
        measured = _measure(case, given.reviewers, given.pace, given.seconds)
    given.output.write_text(_page(measured, given.reviewers, given.pace, given.clips), encoding="utf-8")
    print(given.output.read_text(encoding="utf-8"))


def _measure(case: Path, reviewers: int, pace: float, seconds: float) -> Measured:
    command = [sys.executable, "-m", "echoforensics", "review", str(case), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            port, token = _begun(server)
            return _at_work(server.pid, port, token, reviewers, pace, seconds)
        finally:
            server.terminate()


def _begun(server: subprocess.Popen[str]) -> tuple[int, str]:
    """The port and the first supervisor's link, out of what the command says."""
    port = 0
    for line in server.stdout or ():
        if line.startswith("open "):
            port = int(line.rpartition(":")[2])
        if "/set-up/" in line:
            return port, line.rpartition("/")[2].strip()
    raise RuntimeError("the server did not begin")


def _at_work(process: int, port: int, token: str, reviewers: int, pace: float, seconds: float) -> Measured:
    supervisor = Browser(port)
    supervisor.set_up(token)
    (case,) = supervisor.call("GET", "/api/queues")["cases"]
    people = []
    for number in range(reviewers):
        body = {"name": f"reviewer{number}", "display": f"Reviewer {number}", "role": "reviewer"}
        people.append(supervisor.call("POST", "/api/people", body))
    queue = {
        "name": "Clips", "case": case["id"], "kind": "recordings", "filter": {"text": "clip-"},
        "people": [one["id"] for one in people], "second": {"sample": 0.1},
    }  # fmt: skip
    made = supervisor.call("POST", "/api/queues", queue)["id"]
    workers = []
    for number, one in enumerate(people):
        browser = Browser(port)
        browser.set_up(one["link"].rpartition("/")[2])
        workers.append(Reviewer(browser, made, pace, number))
    used, begun = _processor(process), time.monotonic()
    threads = [threading.Thread(target=worker.work, args=(begun + seconds,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.monotonic() - begun, _processor(process) - used
    answers: dict[str, list[float]] = defaultdict(list)
    for worker in workers:
        for what, times in worker.timed.answers.items():
            answers[what] += times
    clips = [each for worker in workers for each in worker.timed.clips]
    seeks, first_open = _seeks(supervisor, case["id"])
    return Measured(answers, clips, seeks, first_open, used, took, os.getloadavg()[0])


def _seeks(supervisor: Browser, case: str) -> tuple[list[float], float]:
    """Ranges of the long recording, anywhere in it."""
    queue = {"name": "Long", "case": case, "kind": "recordings", "filter": {"text": "long"}}
    made = supervisor.call("POST", "/api/queues", queue)["id"]
    item = supervisor.call("POST", f"/api/queues/{made}/next", {})["id"]
    begun = time.perf_counter()
    sound = supervisor.call("GET", f"/api/items/{item}")["recordings"][0]["file"]
    first_open = time.perf_counter() - begun
    found, drawn = [], random.Random(1)
    for _ in range(_SEEKS):
        start = drawn.randrange(LONG_SECONDS * 16_000 - (1 << 16))
        begun = time.perf_counter()
        supervisor.ask("GET", sound, headers={"Range": f"bytes={start}-{start + 65535}"})
        found.append(time.perf_counter() - begun)
    return found, first_open


def _processor(process: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _page(found: Measured, reviewers: int, pace: float, clips: int) -> str:
    every = [each for times in found.answers.values() for each in times]
    lines = [
        "# A review room under load", "",
        f"Written by `python -m benchmarks.review`. {reviewers} reviewers work for {found.seconds:.0f} s in a queue of"
        f" {clips} clips of 4 s, each clip in {pace:g} s: {28.8 / pace:.0f} times as fast as a thousand clips in a"
        f" shift of eight hours. Server and reviewers are on the same {os.cpu_count()} processors, which had"
        f" {found.load:.1f} processes to run at the end. Every change is on the disk and in the audit before it is"
        f" answered; the case of this benchmark is unsigned, so that no passphrase is needed.{_priority()}",
        "", "| request | count | median ms | 95 % ms | slowest ms |", "|---|---:|---:|---:|---:|",
        *(_row(what, found.answers[what]) for what in sorted(found.answers)),
        _row("**all**", every), _row("range of a recording of 4 h", found.seeks), "",
        f"- A clip needs {_ms(statistics.median(found.clips))} ms of answers in the middle,"
        f" {_ms(_part(found.clips, 0.95))} ms in 95 %: next, item, sound, presence, play, codes, transcript, finish."
        " What a browser takes to draw it is not among them.",
        f"- {len(every) / found.seconds:.1f} requests a second take {found.processor / len(every) * 1000:.1f} ms of one"
        f" processor each, {found.processor / found.seconds:.0%} of one processor in all.",
        f"- The recording of 4 h is shown for the first time after {found.first_open:.1f} s: its outline is worked out"
        " and kept.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _priority() -> str:
    """Whether the benchmark went before other processes, or after them."""
    niceness = os.nice(0)
    return f" All of it ran with the niceness {niceness}, as other work was on the machine." if niceness else ""


def _row(what: str, times: list[float]) -> str:
    return (
        f"| {what} | {len(times)} | {_ms(statistics.median(times))} | {_ms(_part(times, 0.95))} | {_ms(max(times))} |"
    )


def _part(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


if __name__ == "__main__":
    main()
