"""Workers of a cluster that end, without a word, while they read a source."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin

from echoforensics.extraction.options import Options, Report
from echoforensics.extraction.parts import part_task
from echoforensics.extraction.run import extract


class EndsWhileReading(WorkerPlugin):
    """Ends its worker while it reads a source of a name, as often as a file says: it has a byte for each time.

    Attributes:
        source: the name.
        left: the file.
    """

    name = "ends-while-reading"

    def __init__(self, source: str, left: Path) -> None:
        self.source, self.left = source, left

    def setup(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker as it begins."""

        def extract_and_end(paths: list[Path], case: Path, key: None, options: Options, report: Report, *more: Any,
                            **named: Any) -> Any:  # fmt: skip
            def end(doing: str, done: int, total: int) -> None:
                if doing.startswith("reading") and paths[0].name == self.source and (left := self.left.read_bytes()):
                    self.left.write_bytes(left[1:])
                    os.kill(os.getpid(), signal.SIGKILL)
                report(doing, done, total)

            return extract(paths, case, key, options, end, *more, **named)

        vars(part_task)["extract"] = extract_and_end

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
