"""Finding the examiner's key and its passphrase."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from chain_of_custody.keys import KeyFileError, SigningKey
from echoforensics.errors import ExaminerKeyError

#: Environment variables: where the key lies, and its passphrase.
KEY_VARIABLE, PASSPHRASE_VARIABLE = "ECHOFORENSICS_KEY", "ECHOFORENSICS_PASSPHRASE"
#: Added to a key's file name: where the passphrase of a key made without a person present lies.
PASSPHRASE_SUFFIX = ".passphrase"  # noqa: S105 (a file name)


def default_path() -> Path:
    """Where the examiner's key lies unless told otherwise."""
    if given := os.environ.get(KEY_VARIABLE):
        return Path(given)
    return Path(click.get_app_dir("echoforensics", force_posix=False)) / "examiner.pem"


def create(path: Path, passphrase: str | None) -> tuple[SigningKey, Path | None]:
    """Make a key.

    Args:
        path: where; nothing is ever overwritten.
        passphrase: to encrypt it with; None to draw one and keep it beside the key, readable by its owner only.

    Returns:
        The key, and the file with the drawn passphrase, if one was drawn.

    Raises:
        ExaminerKeyError: there is a file already, or it cannot be written.
    """
    key = SigningKey.generate()
    beside = path.with_name(path.name + PASSPHRASE_SUFFIX) if passphrase is None else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if beside is not None:
            passphrase = secrets.token_urlsafe(24)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(passphrase + "\n")
        key.save(path, passphrase or "")
    except FileExistsError as error:
        raise ExaminerKeyError(f"{error.filename or path}: exists already; a key is never overwritten") from error
    except (OSError, KeyFileError) as error:
        raise ExaminerKeyError(f"{path}: cannot be written: {error}") from error
    return key, beside


def load(path: Path) -> SigningKey:
    """Load a key; its passphrase comes from the environment, from beside it, or from the terminal.

    Raises:
        ExaminerKeyError: there is none, or the passphrase is missing or wrong.
    """
    try:
        return SigningKey.load(path, _passphrase(path))
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error


def for_signing(path: Path | None, *, unsigned: bool) -> SigningKey | None:
    """The key to sign a case with; None if the case is to stay unsigned.

    Where no key is named and there is none yet, one is made, and the terminal says so.
    """
    if unsigned:
        click.echo("UNSIGNED: anybody could rewrite this case without it being seen.", err=True)
        return None
    if path is not None:
        return load(path)
    path = default_path()
    if path.exists():
        return load(path)
    key, beside = create(path, None)
    click.echo(
        f"No examiner key was found: made {path}\n"
        f"  fingerprint {key.public.fingerprint}\n"
        f"  its passphrase lies in {beside}; `echoforensics key create` makes one that only you can use.",
        err=True,
    )
    return key


def _passphrase(path: Path) -> str:
    if (given := os.environ.get(PASSPHRASE_VARIABLE)) is not None:
        return given
    beside = path.with_name(path.name + PASSPHRASE_SUFFIX)
    try:
        return beside.read_text().rstrip("\n")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ExaminerKeyError(f"{beside}: cannot be read: {error.strerror}") from error
    if not path.exists():
        raise ExaminerKeyError(f"{path}: there is no such key; make one with: echoforensics key create {path}")
    if not sys.stdin.isatty():
        raise ExaminerKeyError(
            f"{path}: set {PASSPHRASE_VARIABLE}, or run from a terminal to be asked for its passphrase"
        )
    answer: str = click.prompt(f"Passphrase of {path}", hide_input=True, err=True)
    return answer
