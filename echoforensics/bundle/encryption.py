"""Encrypts a bundle for its recipients in the age format.

References:
    https://age-encryption.org/v1
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pyrage

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_SSH = ("ssh-ed25519 ", "ssh-rsa ")


def recipients_of(texts: Sequence[str]) -> list[Any]:
    """Parse recipients' public keys: ``age1...``, or OpenSSH lines (``ssh-ed25519 ...``, ``ssh-rsa ...``).

    Raises:
        UsageError: a text is not a public key.
    """
    return [_recipient(text.strip()) for text in texts]


def encrypt(source: Path, target: Path, recipients: Sequence[Any]) -> None:
    """Encrypt a file into a new one. Any recipient can open it; memory does not grow with its size.

    Raises:
        UsageError: encryption fails.
        OSError: a file cannot be read or written.
    """
    with source.open("rb") as plain, target.open("xb") as sealed:
        try:
            pyrage.encrypt_io(plain, sealed, recipients)
        except pyrage.EncryptError as error:
            raise UsageError(f"{target}: cannot be encrypted: {error}") from error
        sealed.flush()
        os.fsync(sealed.fileno())


def _recipient(text: str) -> Any:
    try:
        if text.startswith(_SSH):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise UsageError(
            f"{text}: is not a public key of a receiver ({error}); give one that begins with age1, ssh-ed25519 or "
            f"ssh-rsa"
        ) from error
