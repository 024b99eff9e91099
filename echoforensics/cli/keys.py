"""Finding the examiner's key and its passphrase, and asking for what is missing."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from echoforensics.examiner_key import ExaminerKey
    from echoforensics.extraction.options import KeyGiver


def default_path() -> Path:
    """The examiner's key unless another is named."""
    from echoforensics.configuration import read_configuration
    from echoforensics.examiner_key import KEY_VARIABLE

    if given := os.environ.get(KEY_VARIABLE):
        return Path(given)
    if configured := read_configuration().key():
        return Path(configured)
    return Path(click.get_app_dir("echoforensics", force_posix=False)) / "examiner.pem"


def load(path: Path, *, descriptor: str = "passphrase_fd", who: str = "") -> ExaminerKey:
    """Load a key: its passphrase comes from a descriptor, the environment, the file beside it, or the terminal.

    Args:
        path: the key's file, or its address on a token.
        descriptor: the option that may have given its passphrase.
        who: whose key it is, where that is not the examiner; the environment then has no passphrase of it.

    Raises:
        ExaminerKeyError: there is none, or the passphrase is missing or wrong.
    """
    from echoforensics.cli.options import passphrase
    from echoforensics.errors import ExaminerKeyError
    from echoforensics.examiner_key import PASSPHRASE_VARIABLE, is_on_token, load_key, stored_passphrase

    on_token = is_on_token(path)
    place = str(path).partition("?")[0]
    given = passphrase.given(descriptor)
    if given is None:
        given = stored_passphrase(path, environment=not who)
    if given is None:
        given = passphrase.ask(f"{'PIN' if on_token else 'Passphrase'} of {who and f'{who}, '}{place}")
    if given is None:
        option = descriptor.replace("_", "-")
        other = "" if who else f"set {PASSPHRASE_VARIABLE}, "
        raise ExaminerKeyError(
            f"{place}: {other}give --{option}, or run from a terminal to be asked for its"
            f" {'PIN' if on_token else 'passphrase'}"
        )
    return load_key(path, given)


def for_signing(path: Path | None, case: Path, *, unsigned: bool) -> ExaminerKey | KeyGiver | None:
    """The key to sign a case with; None if the case is to stay unsigned.

    Where no key is named and there is none yet, a function is given that makes one, and says so on the terminal:
    it is called when there is something to sign. For a case that has a ledger no key is made: it would be another one.

    Raises:
        ExaminerKeyError: there is no key, or it cannot be used.
    """
    from echoforensics.case.custody.names import LEDGER
    from echoforensics.errors import ExaminerKeyError

    if unsigned:
        click.echo("UNSIGNED: anybody could change this case without leaving a trace.", err=True)
        return None
    if path is not None:
        return _warned(load(path))
    path = default_path()
    if _is_there(path):
        return _warned(load(path))
    if (case / LEDGER).is_file():
        raise ExaminerKeyError(
            f"{path}: no such key. Name the one that {case} is signed with: --key FILE; or, if it is unsigned,"
            " add --unsigned"
        )
    return partial(_make, path)


def of_case(path: Path | None, case: Path) -> ExaminerKey | None:
    """The key that adds a line to the ledger of a case; None if that ledger is unsigned and no key is named.

    Raises:
        ExaminerKeyError: there is no key, or it cannot be used.
    """
    from echoforensics.case.custody.standing import standing
    from echoforensics.errors import ExaminerKeyError

    if path is None and not standing(case).signed:
        click.echo("UNSIGNED: anybody could change this case without leaving a trace.", err=True)
        return None
    path = path or default_path()
    if not _is_there(path):
        raise ExaminerKeyError(f"{path}: no such key. Name the one that {case} is signed with: --key FILE")
    return _warned(load(path))


def key_of_export(path: Path | None, outputs: list[Path], *, replace: bool) -> ExaminerKey | None:
    """The key with which an export is recorded in the ledger; None if none is given.

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
    return None if path is None else _warned(load(path))


def _is_there(path: Path) -> bool:
    from echoforensics.examiner_key import is_on_token

    return is_on_token(path) or path.exists()


def _warned(key: ExaminerKey) -> ExaminerKey:
    """A key; if it is provisional, that is shown on standard error."""
    if key.record.provisional:
        click.echo(
            f"PROVISIONAL KEY: {key.place} was created by this program on first use and has no name.\n"
            f"  fingerprint {key.public.fingerprint}\n"
            '  Name it: echoforensics key name "YOUR NAME"',
            err=True,
        )
    return key


def _make(path: Path) -> ExaminerKey:
    from echoforensics.examiner_key import create_key

    key, beside = create_key(path, None, provisional=True)
    click.echo(
        f"No examiner key was found; created {path}\n"
        f"  fingerprint {key.public.fingerprint}\n"
        f"  its passphrase is in {beside}; `echoforensics key create` makes one that only you can use.\n"
        '  It is PROVISIONAL, and every output says so, until you name it: echoforensics key name "YOUR NAME"',
        err=True,
    )
    return key
