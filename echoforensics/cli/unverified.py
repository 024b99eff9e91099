"""The options of every command that writes what a case says: ``--unverified`` and ``--key``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.options.passphrase import passphrase_option

if TYPE_CHECKING:
    from echoforensics.case.case import Case

unverified_option = click.option(
    "--unverified",
    is_flag=True,
    help="Read the case even if it is incomplete or not as it was sealed. All output then says so.",
)

unredacted_option = click.option(
    "--unredacted",
    is_flag=True,
    help="Hand over what was redacted too: the originals, and texts as they were. Without it only redacted copies are"
    " written. The ledger, or the list of digests, says which.",
)

_key_option = click.option(
    "--key",
    "key_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The examiner's key, a file or its address on a token (pkcs11:...): record the digest of what is written in"
    " the ledger of the case. Without it, the digest is written to a file beside it whose name ends in .sha256.",
)


def export_key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--key`` and ``--passphrase-fd``; a command takes the first as ``key_path``."""
    return _key_option(passphrase_option(command))


def note_redactions(case: Case) -> None:
    """Say on standard error that what is written holds what was redacted in the case, where that is so."""
    from echoforensics.case.redactions.redaction import redactions_of
    from echoforensics.counting import counted

    if found := redactions_of(case.store):
        click.echo(
            f"UNREDACTED: {counted(len(found), 'recording')} of this case {'was' if len(found) == 1 else 'were'}"
            " redacted in part, and this gives all texts. `report` and `bundle` leave out what was removed.",
            err=True,
        )


def warn(case: Case) -> None:
    """Say on standard error that a case is read although nothing vouches for it, where that is so."""
    if case.unverified:
        from echoforensics.cli.safe_text import safe

        click.echo(safe(f"UNVERIFIED: {case.unverified}."), err=True)
