"""The interface of a signing key, in memory or on a card."""

from __future__ import annotations

from typing import Protocol

from chain_of_custody.keys import PublicKey


class Signer(Protocol):
    """Anything that signs like :class:`~chain_of_custody.keys.SigningKey`, wherever it keeps its key."""

    @property
    def public(self) -> PublicKey:
        """The public key that verifies its signatures."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message: ECDSA P-256 over its SHA-256, in DER, with the lower of the two values of s."""
        ...
