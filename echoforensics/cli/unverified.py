"""The options of every command that writes what a case says: ``--unverified`` and ``--key``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from echoforensics.case.case import Case

unverified_option = click.option(
    "--unverified",
    is_flag=True,
    help="Go on although the case is not complete, or not as it was sealed. All that is written then says so.",
)

export_key_option = click.option(
    "--key",
    "key_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The examiner's key: record the digest of what is written in the ledger of the case. Without it, the digest is"
    " written to a file beside it whose name ends in .sha256.",
)


def warn(case: Case) -> None:
    """Say on standard error that a case is read although nothing vouches for it, where that is so."""
    if case.unverified:
        from echoforensics.cli.safe_text import safe

        click.echo(safe(f"UNVERIFIED: {case.unverified}."), err=True)
