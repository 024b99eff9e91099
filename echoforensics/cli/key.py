"""``echoforensics key``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click


@click.group("key")
def command() -> None:
    """Examiner keys."""


@command.command("create")
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--unattended",
    is_flag=True,
    help="Draw a passphrase and keep it beside the key, readable by its owner only.",
)
def create(*, path: Path | None, unattended: bool) -> None:  # fmt: skip
    """Make a key (ECDSA P-256, PKCS#8, encrypted). A key is never overwritten.

    The passphrase is taken from $ECHOFORENSICS_PASSPHRASE, or asked for on a terminal. Where there is neither,
    one is drawn and kept beside the key, and the command says so.
    """
    from echoforensics.cli import keys
    from echoforensics.examiner_key import PASSPHRASE_VARIABLE, create_key

    path = path or keys.default_path()
    passphrase = None if unattended else os.environ.get(PASSPHRASE_VARIABLE)
    if passphrase is None and not unattended and sys.stdin.isatty():
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    key, beside = create_key(path, passphrase)
    click.echo(f"key          {path}\nfingerprint  {key.public.fingerprint}")
    if beside:
        click.echo(f"passphrase   {beside} (drawn by this command; whoever reads it can sign)")


@command.command("show")
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
def show(*, path: Path | None) -> None:
    """Show a key's fingerprint and its public part."""
    from echoforensics.cli import keys

    path = path or keys.default_path()
    public = keys.load(path).public
    click.echo(f"key          {path}\nfingerprint  {public.fingerprint}\n{public.pem.strip()}")
