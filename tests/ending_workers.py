"""Workers of a cluster that end, without a word, while they read or search a source; and ones that forge."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin

from echoforensics.case.custody.names import DATABASE
from echoforensics.extraction.options import Options, Report
from echoforensics.extraction.parts import part_task, range_task
from echoforensics.extraction.run import extract
from echoforensics.extraction.workers.searching_processes import range_of_image


class EndsAtWork(WorkerPlugin):
    """Ends its worker while it reads or searches a source of a name, as often as files say: they have a byte a time.

    Attributes:
        source: the name.
        reading, searching: the files.
    """

    name = "ends-at-work"

    def __init__(self, source: str, reading: Path, searching: Path) -> None:
        self.source, self.reading, self.searching = source, reading, searching

    def setup(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker as it begins."""

        def extract_and_end(paths: list[Path], case: Path, key: None, options: Options, report: Report, *more: Any,
                            **named: Any) -> Any:  # fmt: skip
            def end(doing: str, done: int, total: int) -> None:
                if doing.startswith("reading") and paths[0].name == self.source:
                    _end(self.reading)
                report(doing, done, total)

            return extract(paths, case, key, options, end, *more, **named)

        def search_and_end(path: Path, *more: Any) -> Any:
            if path.name == self.source:
                _end(self.searching)
            return range_of_image(path, *more)

        vars(part_task)["extract"] = extract_and_end
        vars(range_task)["range_of_image"] = search_and_end

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker where the plugin is taken away."""
        vars(part_task)["extract"] = extract
        vars(range_task)["range_of_image"] = range_of_image


def _end(left: Path) -> None:
    """End this process, if it is to end once more."""
    if times := left.read_bytes():
        left.write_bytes(times[1:])
        os.kill(os.getpid(), signal.SIGKILL)


class ForgesParts(WorkerPlugin):
    """Changes what it made after it was sealed."""

    name = "forges-parts"

    def setup(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker as it begins."""

        def extract_and_forge(paths: list[Path], case: Path, *more: Any, **named: Any) -> Any:
            counts = extract(paths, case, *more, **named)
            with sqlite3.connect(case / DATABASE) as db:
                db.execute("UPDATE evidence SET size = size + 1")
            db.close()
            return counts

        vars(part_task)["extract"] = extract_and_forge

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker where the plugin is taken away."""
        vars(part_task)["extract"] = extract


class GivesEnvironment(WorkerPlugin):
    """Sets environment variables of workers, also of those that replace others."""

    name = "gives-environment"

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def setup(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker as it begins."""
        os.environ.update(self.variables)
