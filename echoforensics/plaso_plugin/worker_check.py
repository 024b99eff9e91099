"""Checks that the processes started by plaso have our parser.

A worker without it reads everything and finds none of our events, and plaso ends as if all were well. So the main
process creates a folder, each of our extractors leaves a file there, and an extraction without one is refused.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_VARIABLE = "ECHOFORENSICS_ROLL_CALL"


def begin() -> tempfile.TemporaryDirectory[str]:
    """Open a roll call. It ends when the returned folder is cleaned up; processes started meanwhile know of it."""
    folder = tempfile.TemporaryDirectory(prefix="echoforensics-roll-")
    os.environ[_VARIABLE] = folder.name
    return folder


def is_open() -> bool:
    """Whether a roll call is open, in this process or its parent."""
    return _folder() is not None


def call() -> None:
    """Record that plaso starts to extract."""
    note("called")


def note(name: str) -> None:
    """Record a name for every process of the run."""
    if folder := _folder():
        (folder / name).touch()


def is_noted(name: str) -> bool:
    """Whether a name was recorded."""
    folder = _folder()
    return folder is not None and (folder / name).exists()


def answer() -> None:
    """Record that this process created an extractor with our parser."""
    if folder := _folder():
        (folder / f"present-{os.getpid()}").touch()


def unanswered(folder: str) -> bool:
    """Whether plaso extracted although no extracting process had our parser."""
    roll = Path(folder)
    return (roll / "called").exists() and not any(roll.glob("present-*"))


def _folder() -> Path | None:
    named = os.environ.get(_VARIABLE, "")
    return Path(named) if named and Path(named).is_dir() else None
