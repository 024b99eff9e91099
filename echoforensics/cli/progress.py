"""Progress: a bar on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

#: How often a bar is drawn, seconds.
_INTERVAL = 0.1
_WIDTH = 60

Report = Callable[[str, int, int], None]


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Report]:
    """A function to call with what is being done, how far it is and of how much (0: unknown)."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines()


class _Lines:
    """One plain line when something new begins."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, doing: str, *_: int) -> None:
        stage = doing.partition(":")[0]
        if stage != self._last:
            self._last = stage
            click.echo(stage, err=True)


@contextmanager
def _bar() -> Iterator[Report]:
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        stage, drawn = "", 0.0

        def report(doing: str, done: int, total: int) -> None:
            nonlocal stage, drawn
            begun, now = doing.partition(":")[0], time.monotonic()
            if begun != stage:
                stage = begun
                bar.reset(task)
            elif now - drawn < _INTERVAL:
                return
            drawn = now
            shown = doing if len(doing) <= _WIDTH else doing[: _WIDTH - 1] + "…"
            bar.update(task, description=shown.replace("[", "\\["), completed=done, total=total or None)

        yield report
