"""``echoforensics log2timeline`` and plaso's other tools."""

from __future__ import annotations

import sys
from functools import partial

import click

#: What each tool is for, as the list of commands says it.
_TOOLS = {
    "log2timeline": "plaso's log2timeline, with the alexa parser.",
    "psteal": "plaso's psteal, with the alexa parser.",
    "psort": "plaso's psort, with what it needs for Alexa events.",
    "pinfo": "plaso's pinfo.",
    "image_export": "plaso's image_export, with artefact definitions for Echo and Alexa.",
}


def _run(tool: str, arguments: tuple[str, ...]) -> None:
    from echoforensics.plaso_plugin import tools

    sys.exit(tools.run(tool, arguments))


def _command(tool: str, summary: str) -> click.Command:
    return click.Command(
        tool,
        callback=partial(_run, tool),
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        # Every option is the tool's own, -h among them.
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        add_help_option=False,
        options_metavar="",
        help=f"{summary} Every argument is passed on; see docs/plaso.md.",
        short_help=summary,
    )


commands = tuple(_command(tool, summary) for tool, summary in _TOOLS.items())
