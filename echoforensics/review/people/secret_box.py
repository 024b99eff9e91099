"""``second-factors.key``: the key under which the secrets of authenticator apps lie in ``room.db``.

A secret has to be read to check a code, so it cannot be hashed as a password is. Under a key in a file of its own, a
copy of the database alone gives nobody a second factor. Each secret is bound to its account: put to another, it is
refused.

References:
    NIST SP 800-38D (AES-GCM)
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from typing import TYPE_CHECKING

from Crypto.Cipher import AES

from chain_of_custody.open_flags import careful
from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseError
from echoforensics.review.store.person_table import set_sealed_secrets, unsealed_secrets
from echoforensics.review.store.room_database import set_setting, setting

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.review.store.room_database import RoomDatabase

KEY_FILE = "second-factors.key"
_LINE = re.compile(rb"[0-9a-f]{64}\n")
#: A sealed secret begins so; one in base32 has no colon.
SEALED = "gcm:"
_NONCE, _TAG = 12, 16
#: The setting that says by its SHA-256 which key is in use.
_USED = "key of second factors"


class SecretBox:
    """Seals and opens the secrets of a room's authenticator apps.

    Attributes:
        is_lost: whether secrets are sealed under a key that is not there.
    """

    def __init__(self, folder: Path, database: RoomDatabase) -> None:
        """Read the key of a room, or make it; secrets that an earlier version left unsealed are sealed.

        Raises:
            CaseError: the file is not a key, or cannot be read.
            CaseDiskError: it cannot be written.
        """
        self._path = folder / KEY_FILE
        self._key = b""
        self._database = database
        with database.reading() as db:
            used = setting(db, _USED)
        if os.path.lexists(self._path):
            self._key = _read(self._path)
        elif not used:
            self._key = _made(self._path)
        self.is_lost = bool(used) and used != _digest(self._key)
        if not used:
            with database.transaction() as change:
                plain = unsealed_secrets(change.db, SEALED)
                set_sealed_secrets(change, [(table, of, self.seal(of, text)) for table, of, text in plain])
                set_setting(change, _USED, _digest(self._key))

    def renew(self) -> None:
        """Make a new key in place of a lost one. Secrets under the old one stay unreadable. Raises CaseDiskError."""
        self._key = _made(self._path)
        self.is_lost = False
        with self._database.transaction() as change:
            set_setting(change, _USED, _digest(self._key))
            change.record("-", "key of second factors renewed")

    def refuse_if_lost(self) -> None:
        """Refuse if the key is not there. Raises CaseError."""
        if self.is_lost:
            raise CaseError(
                f"{self._path}: is missing, or the key of another room, and without it no code of an authenticator app"
                " can be checked. Put it back from where it is kept. If it is lost, start with --new-link NAME for a"
                " supervisor: a new key is made, and everybody who uses an app needs a new link"
            )

    def seal(self, of: str, text: str) -> str:
        """Seal a secret.

        Args:
            of: id of its account, or hash of its link's token.
            text: the secret.

        Raises:
            CaseError: the key is lost.
        """
        self.refuse_if_lost()
        nonce = secrets.token_bytes(_NONCE)
        cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
        cipher.update(of.encode())
        sealed, tag = cipher.encrypt_and_digest(text.encode())
        return SEALED + base64.b64encode(nonce + tag + sealed).decode("ascii")

    def open(self, of: str, sealed: str | None) -> str | None:
        """Open a sealed secret; None if there is none, or it was sealed for another, or under another key."""
        if not sealed or not sealed.startswith(SEALED) or self.is_lost:
            return None
        try:
            content = base64.b64decode(sealed.removeprefix(SEALED), validate=True)
            nonce, tag, text = content[:_NONCE], content[_NONCE : _NONCE + _TAG], content[_NONCE + _TAG :]
            cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
            cipher.update(of.encode())
            return cipher.decrypt_and_verify(text, tag).decode()
        except ValueError:
            return None


def _read(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, careful(os.O_RDONLY)), "rb") as stream:
            content = stream.read(100)
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not _LINE.fullmatch(content):
        raise CaseError(f"{path}: does not hold the key of this room. Put it back from where it is kept")
    return bytes.fromhex(content.decode())


def _digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _made(path: Path) -> bytes:
    key, partial = secrets.token_bytes(32), path.with_name(f"{path.name}.partial")
    with case_disk(path.parent):
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, careful(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(f"{key.hex()}\n".encode())
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    return key
