"""Passwords, stored as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from echoforensics.review.room_errors import BusyError, InvalidRequestError

SHORTEST, LONGEST = 12, 512
#: Maximum number of hashes at once, as each takes 64 MiB, and of waiting ones: threads are left for other requests.
_AT_ONCE, _WAITING = 2, 24


class Passwords:
    """Hashes and verifies passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._at_work = threading.BoundedSemaphore(_AT_ONCE)
        self._places = threading.BoundedSemaphore(_AT_ONCE + _WAITING)
        # A dummy hash for missing accounts, so that they take as long as existing ones.
        self._nobodys = self._hasher.hash("nobody has this password")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to verify passwords; it lasts as long as the ``with`` statement.

        Raises:
            BusyError: too many requests are waiting.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("Many people sign in at once. Wait a few seconds and try again.")
        try:
            with self._at_work:
                yield
        finally:
            self._places.release()

    def hash(self, password: str, name: str) -> str:
        """The hash of a new password.

        Args:
            password: the password.
            name: the account's name, which the password must not equal.

        Raises:
            InvalidRequestError: it is too short, too long, or easily guessed.
            BusyError: too many requests are waiting.
        """
        plain = _normal(password)
        if not SHORTEST <= len(plain) <= LONGEST:
            raise InvalidRequestError(
                "Choose a password of {least} to {most} characters.", {"least": SHORTEST, "most": LONGEST}
            )
        if len(set(plain.casefold())) < 5:
            raise InvalidRequestError("Choose a password with more than a few different characters.")
        if name.casefold() in plain.casefold() and len(plain) - len(name) < SHORTEST // 2:
            raise InvalidRequestError("Choose a password that is more than your name.")
        with self.turn():
            return self._hasher.hash(plain)

    def match(self, kept: str | None, password: str) -> bool:
        """Whether a password matches a hash; takes equally long without a hash. Call this in a :meth:`turn`."""
        plain = _normal(password[: 4 * LONGEST])
        try:
            found = self._hasher.verify(kept or self._nobodys, plain)
        except (VerificationError, InvalidHashError):
            return False
        return found and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether a hash has outdated parameters."""
        return self._hasher.check_needs_rehash(kept)

    def rehash(self, password: str) -> str:
        """The hash of a password that was just verified, with current parameters. Call this in a :meth:`turn`."""
        return self._hasher.hash(_normal(password))


def _normal(password: str) -> str:
    """Normalize a password, so that it does not depend on how a keyboard composes characters."""
    return unicodedata.normalize("NFKC", password)
