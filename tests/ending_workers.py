"""Workers of a cluster that end, without a word, while they read a source."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin

from echoforensics.extraction.parts import part_task
from echoforensics.extraction.run import extract


class EndsWhileReading(WorkerPlugin):
    """Ends its worker once it has read a source of a name, as often as a file says: it has a byte for each time.

    Attributes:
        source: the name.
        left: the file.
    """

    name = "ends-while-reading"

    def __init__(self, source: str, left: Path) -> None:
        self.source, self.left = source, left

    def setup(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker as it begins."""

        def extract_and_end(paths: list[Path], *arguments: Any, **more: Any) -> Any:
            found = extract(paths, *arguments, **more)
            if paths[0].name == self.source and (left := self.left.read_bytes()):
                self.left.write_bytes(left[1:])
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        vars(part_task)["extract"] = extract_and_end

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 (it is called so)
        """Called on each worker where the plugin is taken away."""
        vars(part_task)["extract"] = extract
