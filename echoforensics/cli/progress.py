"""Progress: a bar on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from echoforensics.cli.options.log import LOGGER, is_verbose, log_step
from echoforensics.cli.safe_text import safe

#: How often a bar is drawn, seconds.
_INTERVAL = 0.1
#: How often a plain line tells how far it is, seconds.
_LINE_INTERVAL = 30.0
_WIDTH = 60
#: After so many seconds it is clear how fast something goes.
_SETTLED = 2.0

Report = Callable[[str, int, int], None]


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Report]:
    """A function to call with what is being done, how far it is and of how much (0: unknown)."""
    if quiet or is_verbose():
        yield _logged(lambda *_: None)
    elif sys.stderr.isatty():
        with _bar() as report:
            yield _logged(report)
    else:
        yield _logged(_PlainProgress())


def _logged(report: Report) -> Report:
    """The same, which also goes into the log, where there is one: each step once."""
    if not LOGGER.handlers:
        return report
    last = ""

    def both(doing: str, done: int, total: int) -> None:
        nonlocal last
        if doing != last:
            last = doing
            log_step(doing)
        report(doing, done, total)

    return both


class _PlainProgress:
    """One plain line when something new begins, and one every half minute while it goes on."""

    def __init__(self) -> None:
        self._last = ""
        self._begun = self._written_at = 0.0
        self._ahead = 0

    def __call__(self, doing: str, done: int, total: int) -> None:
        stage, now = doing.partition(":")[0], time.monotonic()
        if stage != self._last:
            self._last, self._begun, self._written_at, self._ahead = stage, now, now, done
            click.echo(safe(stage), err=True)
        elif now - self._written_at >= _LINE_INTERVAL:
            self._written_at = now
            click.echo(f"{safe(stage)}: {pace(done, total, now - self._begun, self._ahead)}", err=True)


def pace(done: int, total: int, seconds: float, ahead: int = 0) -> str:
    """How far, how fast and how long yet.

    Args:
        done: bytes, or other things where ``total`` is 0.
        total: bytes; 0 if it is not known.
        seconds: since the first.
        ahead: how much was done before the first: a source is read ahead while the one before it is parsed.
    """
    if not total:
        return f"{done} done"
    rate = (done - ahead) / max(seconds, 0.001)
    left = f", {found} left" if (found := remaining(done, total, seconds, ahead)) else ""
    return f"{done * 100 // total}% of {total / 1e6:,.0f} MB at {rate / 1e6:,.0f} MB/s{left}"


def remaining(done: int, total: int, seconds: float, ahead: int = 0) -> str:
    """How long yet, as ``h:mm:ss``; empty if that would be a guess: after less than 2 s, or 1 % of the whole.

    What was done ``ahead``, before the time that is given began, says nothing about how fast it goes.
    """
    timed = done - ahead
    if not total or seconds < _SETTLED or timed <= 0 or timed * 100 < total:
        return ""
    return _clock((total - done) * seconds / timed)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("{task.fields[left]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="", left="")
        stage, drawn, began, ahead = "", 0.0, 0.0, 0

        def report(doing: str, done: int, total: int) -> None:
            nonlocal stage, drawn, began, ahead
            begun, now = doing.partition(":")[0], time.monotonic()
            if begun != stage:
                stage, began, ahead = begun, now, done
                bar.reset(task)
            elif now - drawn < _INTERVAL:
                return
            drawn = now
            doing = safe(doing)
            shown = doing if len(doing) <= _WIDTH else doing[: _WIDTH - 1] + "…"
            rate = f"{(done - ahead) / max(now - began, 0.001) / 1e6:,.0f} MB/s" if total else f"{done:,}"
            left = remaining(done, total, now - began, ahead)
            bar.update(
                task, description=shown.replace("[", "\\["), completed=done, total=total or None, rate=rate, left=left
            )

        yield report
