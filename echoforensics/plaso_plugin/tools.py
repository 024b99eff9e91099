"""plaso's own tools, with our parser in them."""

from __future__ import annotations

import multiprocessing
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from echoforensics.errors import EchoforensicsError
from echoforensics.plaso_plugin import holds, roll_call
from echoforensics.plaso_plugin.vocabulary import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The tools by their names.
TOOLS = ("log2timeline", "psteal", "psort", "pinfo", "image_export")


class NotLoadedError(EchoforensicsError):
    """plaso read the evidence without our parser."""


def run(tool: str, arguments: Sequence[str]) -> int:
    """Run a tool; its arguments are given to it as they are.

    Returns:
        What the tool returns: 0 where it ended well.

    Raises:
        PlasoChangedError: the installed plaso is not as we know it; nothing was read.
        NotLoadedError: our parser was asked for and was in none of plaso's processes. The storage file lacks every
            event of ours.
    """
    holds.check()
    # Only now: importing it is the registration.
    import_module("echoforensics.plaso_plugin.registration")
    multiprocessing.freeze_support()
    before = sys.argv
    sys.argv = [tool, *arguments]
    with roll_call.begin() as roll:
        try:
            code = int(import_module(f"plaso.scripts.{tool}").Main() or 0)
        finally:
            sys.argv = before
        if roll_call.unanswered(roll):
            raise NotLoadedError(
                f"{tool} read the evidence without the {NAME} parser: the processes that plaso started do"
                " not have it. Its storage file lacks every Alexa event; do not use it. With --single_process plaso"
                " starts none"
            )
    return code
