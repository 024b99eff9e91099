"""plaso's own tools, with our parser in them."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.errors import EchoforensicsError
from echoforensics.plaso_plugin import plaso_internals, worker_check
from echoforensics.plaso_plugin.vocabulary import NAME

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Sequence


class NotLoadedError(EchoforensicsError):
    """plaso read the evidence without our parser."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            f"{tool} read the evidence without the {NAME} parser: the processes that plaso started do not have it. Its"
            " storage file lacks every Alexa event; do not use it. With --single_process plaso starts none"
        )


def run(tool: str, arguments: Sequence[str]) -> int:
    """Run a tool with unchanged arguments.

    Returns:
        The tool's return value: 0 on success.

    Raises:
        PlasoChangedError: the installed plaso is not compatible; nothing was read.
        NotLoadedError: our parser was requested but ran in none of plaso's processes. The storage file lacks all our
            events.
    """
    plaso_internals.check()
    # Only now: importing it is the registration.
    import_module("echoforensics.plaso_plugin.registration")
    multiprocessing.freeze_support()
    before = sys.argv
    sys.argv = [tool, *arguments]
    with worker_check.begin() as roll:
        try:
            code = int(import_module(f"plaso.scripts.{tool}").Main() or 0)
        finally:
            sys.argv = before
        if worker_check.unanswered(roll):
            raise NotLoadedError(tool)
    return code


def watch() -> None:
    """Register our parser for plaso's own commands, and check at exit that it was used.

    Raises:
        PlasoChangedError: the installed plaso is not compatible.
    """
    plaso_internals.check_engine()
    import_module("echoforensics.plaso_plugin.registration")
    if worker_check.is_open():
        return  # a process started by one of plaso's tools
    roll = worker_check.begin()
    atexit.register(_see, roll, os.getpid())


def _see(roll: tempfile.TemporaryDirectory[str], owner: int) -> None:
    if os.getpid() != owner:
        return
    lost = worker_check.unanswered(roll.name)
    roll.cleanup()
    if lost:
        print(f"echoforensics: {NotLoadedError(Path(sys.argv[0]).name)}", file=sys.stderr, flush=True)  # noqa: T201
        # There is no other way to change the exit code at this point.
        os._exit(1)
