"""What signs: a key in memory, or one that a card keeps."""

from __future__ import annotations

from typing import Protocol

from chain_of_custody.keys import PublicKey


class Signer(Protocol):
    """Anything that signs as :class:`~chain_of_custody.keys.SigningKey` does, wherever it keeps its key."""

    @property
    def public(self) -> PublicKey:
        """The half that verifies what is signed."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over a message: ECDSA P-256 over its SHA-256, in DER, with the lower of the two values of s."""
        ...
