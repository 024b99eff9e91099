"""Putting the hook into a Python's site-packages, and taking it out again."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from echoforensics.errors import UsageError

#: Python runs the lines of such files that begin with ``import`` whenever it starts.
NAME = "echoforensics_plaso.pth"
_TEXT = "import echoforensics.plaso_plugin.hook; echoforensics.plaso_plugin.hook.wait()\n"


def place() -> Path:
    """Where the hook lies, or would."""
    return Path(sysconfig.get_path("purelib")) / NAME


def installed() -> bool:
    """Whether it is there."""
    return place().is_file()


def install() -> Path:
    """Put it there; returns where.

    Raises:
        UsageError: the file cannot be written.
    """
    path = place()
    try:
        path.write_text(_TEXT, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def remove() -> Path | None:
    """Take it out; returns where it was, or None if it was not.

    Raises:
        UsageError: the file cannot be removed.
    """
    path = place()
    if not path.is_file():
        return None
    try:
        path.unlink()
    except OSError as error:
        raise UsageError(f"{path}: cannot be removed: {error.strerror}") from error
    return path
