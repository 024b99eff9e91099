"""The examiner's key: where it is, and where its passphrase comes from when nobody is asked."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from chain_of_custody.keys import KeyFileError, SigningKey
from echoforensics.errors import ExaminerKeyError

if TYPE_CHECKING:
    from pathlib import Path

#: Environment variables: where the key is, and its passphrase.
KEY_VARIABLE, PASSPHRASE_VARIABLE = "ECHOFORENSICS_KEY", "ECHOFORENSICS_PASSPHRASE"
#: Added to a key's file name: the file with the passphrase of a key made without a person present.
PASSPHRASE_SUFFIX = ".passphrase"  # noqa: S105 (a file name)


def create_key(path: Path, passphrase: str | None) -> tuple[SigningKey, Path | None]:
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


def load_key(path: Path, passphrase: str | None = None) -> SigningKey:
    """Load a key.

    Args:
        path: the key's file.
        passphrase: if None, it is taken from the environment or from the file beside the key.

    Raises:
        ExaminerKeyError: there is none, or the passphrase is missing or wrong.
    """
    given = passphrase if passphrase is not None else stored_passphrase(path)
    if given is None:
        raise ExaminerKeyError(f"{path}: its passphrase is needed; set {PASSPHRASE_VARIABLE}")
    try:
        return SigningKey.load(path, given)
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error


def stored_passphrase(path: Path) -> str | None:
    """The passphrase of a key, from the environment or from the file beside it; None where there is neither.

    Raises:
        ExaminerKeyError: there is no such key, or the file beside it cannot be read.
    """
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
    return None
