"""Options of the commands that write to a case: for whom, and with which key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from echoforensics.cli.options.passphrase import passphrase_option

agency_option = click.option("--agency", default="", metavar="NAME", help="The examiner's agency.")
reference_option = click.option("--reference", default="", metavar="TEXT", help="The case's reference.")
_key_option = click.option(
    "--key",
    "key_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The examiner's key: a file, or its address on a card or hardware module (pkcs11:token=...;object=...)."
    " Default: $ECHOFORENSICS_KEY, else the one `key show` shows.",
)


def signing_key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--key`` and ``--passphrase-fd``; a command takes the first as ``key_path``."""
    return _key_option(passphrase_option(command))
