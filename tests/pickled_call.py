"""What a worker that was taken over answers: pickles that call a function where they are read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def note_process(log: str) -> str:
    """Called where the pickle is read: writes down in which process."""
    with Path(log).open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    return "read"


class PickledCall:
    """An object whose pickle calls :func:`note_process`."""

    def __init__(self, log: str) -> None:
        self.log = log

    def __reduce__(self) -> tuple[Any, ...]:
        return note_process, (self.log,)
