"""Whether the processes that plaso starts have our parser.

A worker that lacks it reads everything and finds nothing of ours, and plaso ends as if all were well. So the main
process hands out a folder, every extractor of ours leaves a file there, and an extraction without one is refused.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_VARIABLE = "ECHOFORENSICS_ROLL_CALL"


def begin() -> tempfile.TemporaryDirectory[str]:
    """Open a roll. It ends when the folder that is returned is cleaned up; processes begun meanwhile know of it."""
    folder = tempfile.TemporaryDirectory(prefix="echoforensics-roll-")
    os.environ[_VARIABLE] = folder.name
    return folder


def is_open() -> bool:
    """Whether a roll is open, begun by this process or by the one that started it."""
    return _folder() is not None


def call() -> None:
    """Note that plaso begins to extract."""
    note("called")


def note(name: str) -> None:
    """Note something for every process of the run."""
    if folder := _folder():
        (folder / name).touch()


def is_noted(name: str) -> bool:
    """Whether something was noted."""
    folder = _folder()
    return folder is not None and (folder / name).exists()


def answer() -> None:
    """Note that an extractor with our parser was made in this process."""
    if folder := _folder():
        (folder / f"present-{os.getpid()}").touch()


def unanswered(folder: str) -> bool:
    """Whether plaso extracted, and no process of its extraction had our parser."""
    roll = Path(folder)
    return (roll / "called").exists() and not any(roll.glob("present-*"))


def _folder() -> Path | None:
    named = os.environ.get(_VARIABLE, "")
    return Path(named) if named and Path(named).is_dir() else None
