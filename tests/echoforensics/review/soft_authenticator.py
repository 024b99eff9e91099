"""A security key in memory: what a browser and its key answer, made as WebAuthn describes it (level 2, section 6)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

#: Flags of authenticator data: the user was present, and was verified; data of the key follows.
_PRESENT, _VERIFIED, _HAS_KEY = 1, 4, 64


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class SoftAuthenticator:
    """A key with one credential.

    It answers for the origin that it is given, whatever the options say: an attacker's page would.
    """

    def __init__(self, origin: str, relying_party: str = "localhost") -> None:
        self.origin, self.relying_party = origin, relying_party
        self.id = secrets.token_bytes(16)
        self.count = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.create`` gives, as JSON."""
        point = self._key.public_key().public_numbers()
        # COSE: an EC2 key, for ES256, on P-256.
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(_PRESENT | _VERIFIED | _HAS_KEY) + credential
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._credential({"clientDataJSON": base64url(client), "attestationObject": base64url(attestation)})

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.get`` gives, as JSON."""
        self.count += 1
        data = self._data(_PRESENT | _VERIFIED)
        client = self._client("webauthn.get", options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": base64url(client),
                "authenticatorData": base64url(data),
                "signature": base64url(signature),
                "userHandle": None,
            }
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.relying_party.encode()).digest() + bytes((flags,)) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": base64url(self.id), "rawId": base64url(self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {}, "authenticatorAttachment": "cross-platform",
        }  # fmt: skip
