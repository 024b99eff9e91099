"""The examiner's key, in a file or on a token, its record, and the source of its passphrase."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chain_of_custody.keys import KeyFileError, PublicKey, SigningKey, needs_passphrase
from chain_of_custody.tokens.pkcs11_uri import SCHEME, Pkcs11Uri
from echoforensics.errors import ExaminerKeyError
from echoforensics.key_record import KeyRecord, read_record, write_record

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer

#: Environment variables for the key and its passphrase.
KEY_VARIABLE, PASSPHRASE_VARIABLE = "ECHOFORENSICS_KEY", "ECHOFORENSICS_PASSPHRASE"
#: The suffix of the file with a generated passphrase.
PASSPHRASE_SUFFIX = ".passphrase"  # noqa: S105 (a file name)


@dataclass(frozen=True, slots=True)
class ExaminerKey:
    """A signing key and its record.

    Attributes:
        signer: the signer.
        place: the key's file, or its address on a token, without PIN and library.
        record: whether it is provisional, its owner, and its certificate.
    """

    signer: Signer
    place: str
    record: KeyRecord

    @property
    def public(self) -> PublicKey:
        """The public key that verifies signatures."""
        return self.signer.public

    def sign(self, message: bytes) -> bytes:
        """Sign a message. Raises ExaminerKeyError if a token does not sign."""
        try:
            return self.signer.sign(message)
        except KeyFileError as error:
            raise ExaminerKeyError(str(error)) from error


def key_detail(key: Signer | None) -> dict[str, Any] | None:
    """Return the ledger's details on its signing key. None for an unsigned ledger."""
    if key is None:
        return None
    record = key.record if isinstance(key, ExaminerKey) else KeyRecord()
    return record.as_detail(key.public)


def create_key(
    path: Path, passphrase: str | None, *, provisional: bool = False, name: str = ""
) -> tuple[ExaminerKey, Path | None]:
    """Create a key.

    Args:
        path: the file to create; nothing is ever overwritten.
        passphrase: encrypts the key; None to generate one and store it next to the key, readable only by the owner.
        provisional: whether the key was created because one was needed, not because the examiner asked for it.
        name: the owner, if known.

    Returns:
        The key, and the file with the generated passphrase, if any.

    Raises:
        ExaminerKeyError: the file already exists, or cannot be written.
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
        path: the key's file, or its address on a token, ``pkcs11:token=...;object=...``.
        passphrase: the file's passphrase, or the token's PIN; if None, it comes from the environment or from the file
            next to the key.

    Raises:
        ExaminerKeyError: there is no key, or the passphrase is missing or wrong.
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
    # Imported only for a token, because it is slow to load.
    key: Signer = import_module("chain_of_custody.tokens.pkcs11_key").Pkcs11Key.open(uri, pin)
    return ExaminerKey(key, str(uri), read_record(str(uri), key.public))


def is_on_token(path: Path) -> bool:
    """Whether a path is a key's address on a token. Raises ExaminerKeyError if that address is invalid."""
    if not str(path).startswith(SCHEME):
        return False
    try:
        Pkcs11Uri.parse(str(path))
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    return True


def stored_passphrase(path: Path, *, environment: bool = True) -> str | None:
    """Return a key's passphrase from the environment or the file next to it. None if there is neither.

    It is empty for a file that is not encrypted.

    Args:
        path: the key's file, or its address on a token.
        environment: whether the environment variable applies to this key.

    Raises:
        ExaminerKeyError: the key does not exist or is no key, or it or the file next to it cannot be read.
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
    try:
        return None if needs_passphrase(path) else ""
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    except OSError as error:
        raise ExaminerKeyError(f"{path}: cannot be read: {error.strerror}") from error
