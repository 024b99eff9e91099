"""Where a passphrase or PIN comes from: a descriptor, or the terminal. Never an argument, which other programs see."""

from __future__ import annotations

import os
import sys

import click

#: A passphrase is a line; a longer one is a mistake.
_MAX_PASSPHRASE = 4096
_META = "echoforensics.passphrase"


def _read(_context: click.Context, parameter: click.Parameter, descriptor: int | None) -> None:
    """Read the passphrase at once: other options may be read again, a pipe only once."""
    if descriptor is None:
        return
    found = b""
    try:
        while b"\n" not in found and len(found) <= _MAX_PASSPHRASE:
            if not (more := os.read(descriptor, _MAX_PASSPHRASE)):
                break
            found += more
        text = found.partition(b"\n")[0].removesuffix(b"\r").decode("utf-8")
    except OSError as error:
        raise click.BadParameter(f"descriptor {descriptor} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"what descriptor {descriptor} gives is not UTF-8 text") from error
    if not text:
        raise click.BadParameter(f"descriptor {descriptor} gives no passphrase")
    if len(found) > _MAX_PASSPHRASE:
        raise click.BadParameter(f"descriptor {descriptor} gives a line that is too long for a passphrase")
    click.get_current_context().meta[f"{_META}.{parameter.name}"] = text


passphrase_option = click.option(
    "--passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    expose_value=False,
    callback=_read,
    help="Read the passphrase of the key, or the PIN of its token, from file descriptor N (one line). Default: "
    "$ECHOFORENSICS_PASSPHRASE, the file beside the key, or a prompt on the terminal.",
)

receiver_passphrase_option = click.option(
    "--receiver-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    expose_value=False,
    callback=_read,
    help="Read the passphrase of the receiver's key from file descriptor N (one line). Default: a prompt on the "
    "terminal.",
)


def given(option: str = "passphrase_fd") -> str | None:
    """The passphrase that was given by a descriptor; None if none was."""
    context = click.get_current_context(silent=True)
    found = None if context is None else context.meta.get(f"{_META}.{option}")
    return found if isinstance(found, str) else None


def ask(what: str, *, twice: bool = False) -> str | None:
    """Ask on the terminal, without showing it; None if there is no terminal.

    Args:
        what: what is asked for.
        twice: whether it must be typed again, as for a new passphrase.
    """
    if not sys.stdin.isatty():
        return None
    return str(click.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))
