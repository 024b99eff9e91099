"""The examiner's key: in a file or on a token, what is known of it, and where its passphrase comes from."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chain_of_custody.keys import KeyFileError, PublicKey, SigningKey
from chain_of_custody.tokens.pkcs11_uri import SCHEME, Pkcs11Uri
from echoforensics.errors import ExaminerKeyError
from echoforensics.key_record import KeyRecord, read_record, write_record

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer

#: Environment variables: where the key is, and its passphrase.
KEY_VARIABLE, PASSPHRASE_VARIABLE = "ECHOFORENSICS_KEY", "ECHOFORENSICS_PASSPHRASE"
#: Added to a key's file name: the file with the passphrase of a key made without a person present.
PASSPHRASE_SUFFIX = ".passphrase"  # noqa: S105 (a file name)


@dataclass(frozen=True, slots=True)
class ExaminerKey:
    """A key that signs, and what is known of it.

    Attributes:
        signer: what signs.
        place: the key's file, or its address on a token without PIN and library.
        record: whether it is provisional, whose it is, and its certificate.
    """

    signer: Signer
    place: str
    record: KeyRecord

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""
        return self.signer.public

    def sign(self, message: bytes) -> bytes:
        """The signature over a message. Raises ExaminerKeyError where a token does not sign."""
        try:
            return self.signer.sign(message)
        except KeyFileError as error:
            raise ExaminerKeyError(str(error)) from error


def key_detail(key: Signer | None) -> dict[str, Any] | None:
    """What a line of the ledger says of the key it is signed with; None for an unsigned one."""
    if key is None:
        return None
    record = key.record if isinstance(key, ExaminerKey) else KeyRecord()
    return record.as_detail(key.public)


def create_key(
    path: Path, passphrase: str | None, *, provisional: bool = False, name: str = ""
) -> tuple[ExaminerKey, Path | None]:
    """Make a key.

    Args:
        path: where; nothing is ever overwritten.
        passphrase: to encrypt it with; None to draw one and keep it beside the key, readable by its owner only.
        provisional: whether it is made because one was needed, and not because the examiner asked for one.
        name: whose it is, where that is known.

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
        raise ExaminerKeyError(f"{error.filename or path}: already exists; a key is never overwritten") from error
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    except OSError as error:
        raise ExaminerKeyError(f"{path}: cannot be written: {error.strerror or error}") from error
    return ExaminerKey(key, str(path), write_record(str(path), key.public, provisional=provisional, name=name)), beside


def load_key(path: Path, passphrase: str | None = None) -> ExaminerKey:
    """Load a key.

    Args:
        path: the key's file; or its address on a token, ``pkcs11:token=...;object=...``.
        passphrase: of the file, or the PIN of the token; if None, it is taken from the environment or from the file
            beside the key.

    Raises:
        ExaminerKeyError: there is none, or the passphrase is missing or wrong.
    """
    given = passphrase if passphrase is not None else stored_passphrase(path)
    try:
        if str(path).startswith(SCHEME):
            return _load_from_token(Pkcs11Uri.parse(str(path)), given)
        if given is None:
            raise ExaminerKeyError(f"{path}: its passphrase is needed; set {PASSPHRASE_VARIABLE}")
        key = SigningKey.load(path, given)
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    except OSError as error:
        raise ExaminerKeyError(f"{path}: cannot be read: {error.strerror or error}") from error
    return ExaminerKey(key, str(path), read_record(str(path), key.public))


def _load_from_token(uri: Pkcs11Uri, pin: str | None) -> ExaminerKey:
    if pin is None:
        raise ExaminerKeyError(f"{uri}: its PIN is needed; set {PASSPHRASE_VARIABLE}")
    # Imported only where a token is meant: it is slow to load.
    key: Signer = import_module("chain_of_custody.tokens.pkcs11_key").Pkcs11Key.open(uri, pin)
    return ExaminerKey(key, str(uri), read_record(str(uri), key.public))


def is_on_token(path: Path) -> bool:
    """Whether a key is named by its address on a token. Raises ExaminerKeyError where that address is none."""
    if not str(path).startswith(SCHEME):
        return False
    try:
        Pkcs11Uri.parse(str(path))
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    return True


def stored_passphrase(path: Path, *, environment: bool = True) -> str | None:
    """The passphrase of a key, from the environment or from the file beside it; None if there is neither.

    Args:
        path: the key's file, or its address on a token.
        environment: whether the environment's is of this key.

    Raises:
        ExaminerKeyError: there is no such key, or the file beside it cannot be read.
    """
    if environment and (given := os.environ.get(PASSPHRASE_VARIABLE)) is not None:
        return given
    if is_on_token(path):
        return None
    beside = path.with_name(path.name + PASSPHRASE_SUFFIX)
    try:
        return beside.read_text().rstrip("\n")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ExaminerKeyError(f"{beside}: cannot be read: {error.strerror}") from error
    if not path.exists():
        raise ExaminerKeyError(f"{path}: no such key; create one with: echoforensics key create {path}")
    return None
