"""Options of the commands that write to a case: for whom, and with which key."""

from __future__ import annotations

from pathlib import Path

import click

agency_option = click.option("--agency", default="", metavar="NAME", help="For whom.")
reference_option = click.option("--reference", default="", metavar="TEXT", help="The case's reference.")
signing_key_option = click.option(
    "--key",
    "key_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The examiner's key. Default: $ECHOFORENSICS_KEY, else the one `key show` shows.",
)
