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
    """Run a tool; its arguments are given to it as they are.

    Returns:
        What the tool returns: 0 if it ended well.

    Raises:
        PlasoChangedError: the installed plaso is not as we know it; nothing was read.
        NotLoadedError: our parser was asked for and was in none of plaso's processes. The storage file lacks every
            event of ours.
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
    """For plaso's own commands: register our parser, and when the process ends see that it was there.

    Raises:
        PlasoChangedError: the installed plaso is not as we know it.
    """
    plaso_internals.check_engine()
    import_module("echoforensics.plaso_plugin.registration")
    if worker_check.is_open():
        return  # a process that one of plaso's tools has started
    roll = worker_check.begin()
    atexit.register(_see, roll, os.getpid())


def _see(roll: tempfile.TemporaryDirectory[str], owner: int) -> None:
    if os.getpid() != owner:
        return
    lost = worker_check.unanswered(roll.name)
    roll.cleanup()
    if lost:
        print(f"echoforensics: {NotLoadedError(Path(sys.argv[0]).name)}", file=sys.stderr, flush=True)  # noqa: T201
        # The exit code can be changed in no other way now.
        os._exit(1)
