"""Finding the examiner's key and its passphrase, and asking for what is missing."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from chain_of_custody.keys import SigningKey
    from echoforensics.extraction.options import KeyGiver


def default_path() -> Path:
    """Where the examiner's key is unless another place is named."""
    from echoforensics.examiner_key import KEY_VARIABLE

    if given := os.environ.get(KEY_VARIABLE):
        return Path(given)
    return Path(click.get_app_dir("echoforensics", force_posix=False)) / "examiner.pem"


def load(path: Path) -> SigningKey:
    """Load a key; its passphrase comes from the environment, from beside it, or from the terminal.

    Raises:
        ExaminerKeyError: there is none, or the passphrase is missing or wrong.
    """
    from echoforensics.errors import ExaminerKeyError
    from echoforensics.examiner_key import PASSPHRASE_VARIABLE, load_key, stored_passphrase

    passphrase = stored_passphrase(path)
    if passphrase is None:
        if not sys.stdin.isatty():
            raise ExaminerKeyError(
                f"{path}: set {PASSPHRASE_VARIABLE}, or run from a terminal to be asked for its passphrase"
            )
        passphrase = click.prompt(f"Passphrase of {path}", hide_input=True, err=True)
    return load_key(path, passphrase)


def for_signing(path: Path | None, case: Path, *, unsigned: bool) -> SigningKey | KeyGiver | None:
    """The key to sign a case with; None if the case is to stay unsigned.

    Where no key is named and there is none yet, a function is given that makes one, and says so on the terminal:
    it is called when there is something to sign. For a case that has a ledger no key is made: it would be another one.

    Raises:
        ExaminerKeyError: there is no key, or it cannot be used.
    """
    from echoforensics.case.custody.names import LEDGER
    from echoforensics.errors import ExaminerKeyError

    if unsigned:
        click.echo("UNSIGNED: anybody could rewrite this case without it being seen.", err=True)
        return None
    if path is not None:
        return load(path)
    path = default_path()
    if path.exists():
        return load(path)
    if (case / LEDGER).is_file():
        raise ExaminerKeyError(
            f"{path}: there is no such key. Name the one that {case} is signed with: --key FILE; or, if it is unsigned,"
            " add --unsigned"
        )
    return partial(_make, path)


def key_of_export(path: Path | None, outputs: list[Path], *, replace: bool) -> SigningKey | None:
    """The key with which an export is recorded in the ledger; None where none is given.

    Raises:
        UsageError: there is no file to record, or its digest cannot be written beside it.
        ExaminerKeyError: the key cannot be used.
    """
    from echoforensics.errors import UsageError
    from echoforensics.export.digests import refuse_digest_file

    if not outputs and path is not None:
        raise UsageError("--key records the digest of a file; name one with -o")
    for output in outputs:
        refuse_digest_file(output, replace=replace)
    return None if path is None else load(path)


def _make(path: Path) -> SigningKey:
    from echoforensics.examiner_key import create_key

    key, beside = create_key(path, None)
    click.echo(
        f"No examiner key was found: made {path}\n"
        f"  fingerprint {key.public.fingerprint}\n"
        f"  its passphrase lies in {beside}; `echoforensics key create` makes one that only you can use.",
        err=True,
    )
    return key
