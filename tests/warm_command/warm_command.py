"""What stands for ``python -m echoforensics``, and starts the server behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
#: Python reads these when it begins, so that a fork would not follow them.
_READ_AT_START = ("PYTHON", "LC_", "LANG", "COVERAGE")


class WarmCommand:
    """Gives the words that begin a command line."""

    def __init__(self, socket: Path) -> None:
        self.words = (sys.executable, "-I", "-S", str(_HERE / "client.py"), str(socket))

    def words_for(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The same, or ``python -m echoforensics`` if a variable of these must be known when Python begins."""
        if any(name.startswith(_READ_AT_START) for name in environment):
            return (sys.executable, "-m", "echoforensics")
        return self.words

    @classmethod
    @contextmanager
    def serve(cls, socket: Path) -> Iterator[WarmCommand]:
        """Have a server answer at a socket until the block ends."""
        command = [sys.executable, "-m", "tests.warm_command.server", str(socket)]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        with subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield cls(socket)
