"""Passwords, kept as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from echoforensics.review.room_errors import InvalidRequestError

SHORTEST, LONGEST = 12, 512
#: So many are hashed at once: each takes 64 MiB.
_AT_ONCE = 2


class Passwords:
    """Hashes passwords, and compares them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        # Compared with where there is no account, so that this takes as long as where there is one.
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str, name: str) -> str:
        """The hash of a new password.

        Args:
            password: the password.
            name: whose it is: it may not be the name.

        Raises:
            InvalidRequestError: it is too short, too long, or easily guessed.
        """
        plain = _normal(password)
        if not SHORTEST <= len(plain) <= LONGEST:
            raise InvalidRequestError(f"Choose a password of {SHORTEST} to {LONGEST} characters.")
        if len(set(plain.casefold())) < 5:
            raise InvalidRequestError("Choose a password with more than a few different characters.")
        if name.casefold() in plain.casefold() and len(plain) - len(name) < SHORTEST // 2:
            raise InvalidRequestError("Choose a password that is more than your name.")
        with self._room:
            return self._hasher.hash(plain)

    def match(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of a hash; it takes as long where there is no hash."""
        plain = _normal(password[: 4 * LONGEST])
        with self._room:
            try:
                found = self._hasher.verify(kept or self._nobodys, plain)
            except (VerificationError, InvalidHashError):
                return False
        return found and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than are used today."""
        return self._hasher.check_needs_rehash(kept)

    def rehash(self, password: str) -> str:
        """The hash of a password that was just compared, with the parameters of today."""
        with self._room:
            return self._hasher.hash(_normal(password))


def _normal(password: str) -> str:
    """The same text for the same password, however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)
