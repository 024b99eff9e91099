"""Installs the hook in a Python's site-packages, and removes it."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from echoforensics.errors import UsageError

#: At startup, Python runs the lines of such files that begin with ``import``.
NAME = "echoforensics_plaso.pth"
_TEXT = "import echoforensics.plaso_plugin.hook; echoforensics.plaso_plugin.hook.wait()\n"


def place() -> Path:
    """Return the path of the hook, whether or not it exists."""
    return Path(sysconfig.get_path("purelib")) / NAME


def installed() -> bool:
    """Whether the hook is installed."""
    return place().is_file()


def install() -> Path:
    """Install the hook. Returns its path.

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
    """Remove the hook. Returns its former path, or None if it was not installed.

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
