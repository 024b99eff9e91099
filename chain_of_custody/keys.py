"""Keys: ECDSA over NIST P-256 with SHA-256, which a standard ``openssl`` can create, read and verify.

References:
    RFC 5480 (public keys), RFC 5958 and RFC 8018 (encrypted private keys), RFC 6979 (deterministic signatures)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.open_flags import careful

if TYPE_CHECKING:
    from Crypto.PublicKey import ECC

#: SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point's two 32-byte coordinates.
_SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_SPKI_SIZE = len(_SPKI_PREFIX) + 64
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]{1,1000})-----END PUBLIC KEY-----\s*")

#: The prime of the P-256 field, and the order of its group.
_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

#: A key file has a few hundred bytes; a larger file is something else.
_KEY_FILE_MAX = 1 << 16

_PROTECTION = "scryptAndAES256-CBC"


class KeyFileError(ValueError):
    """An unusable key. The message says in one line what is wrong with it."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key, which verifies signatures.

    Attributes:
        der: SubjectPublicKeyInfo in DER with an uncompressed point: the only form ``openssl`` writes.

    Raises:
        KeyFileError: ``der`` has another form, or the point is not on the curve.
    """

    der: bytes
    _key: ECC.EccKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.der) != _SPKI_SIZE or not self.der.startswith(_SPKI_PREFIX):
            raise KeyFileError("not an ECDSA P-256 public key")
        object.__setattr__(self, "_key", _point(self.der[len(_SPKI_PREFIX) :]))

    @classmethod
    def from_pem(cls, pem: str) -> PublicKey:
        """Read a public key in PEM, as ``openssl pkey -pubout`` writes it.

        Raises:
            KeyFileError: the text is not exactly one ECDSA P-256 public key.
        """
        match = _PEM.fullmatch(pem)
        if match is None:
            raise KeyFileError("not a public key in PEM")
        try:
            der = base64.b64decode("".join(match[1].split()), validate=True)
        except binascii.Error:
            raise KeyFileError("not a public key in PEM: the base64 text is damaged") from None
        return cls(der)

    @classmethod
    def from_point(cls, coordinates: bytes) -> PublicKey:
        """Create a key from the two 32-byte coordinates of its point. Raises KeyFileError."""
        return cls(_SPKI_PREFIX + coordinates)

    @property
    def pem(self) -> str:
        """The key as SubjectPublicKeyInfo in PEM, ending in a newline."""
        text = base64.b64encode(self.der).decode("ascii")
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of :attr:`der`, which identifies the key."""
        return hashlib.sha256(self.der).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` (DER) over ``message`` is valid under this key. Never raises."""
        from Crypto.Hash import SHA256
        from Crypto.Signature import DSS

        scheme = DSS.new(self._key, "fips-186-3", encoding="der")
        try:
            scheme.verify(SHA256.new(message), signature)
        except ValueError:
            return False
        return True


class SigningKey:
    """A private key, which signs. Created by :meth:`generate` or :meth:`load`."""

    def __init__(self, key: ECC.EccKey) -> None:
        self._key = key
        self.public = PublicKey(bytes(key.public_key().export_key(format="DER")))

    @classmethod
    def generate(cls) -> SigningKey:
        """Generate a new key with the operating system's random numbers."""
        from Crypto.PublicKey import ECC

        return cls(ECC.generate(curve="P-256"))

    def sign(self, message: bytes) -> bytes:
        """Sign ``message``: ECDSA over its SHA-256, in DER.

        The same message always gets the same signature (RFC 6979). Of the two valid values of s, the lower is used, so
        that nobody without the key can derive a second signature from a first.
        """
        from Crypto.Hash import SHA256
        from Crypto.Signature import DSS

        signature = DSS.new(self._key, "deterministic-rfc6979", encoding="der").sign(SHA256.new(message))
        return normal_signature(*_numbers(signature))

    def save(self, path: Path, passphrase: str) -> None:
        """Write the key to a new file, encrypted and readable only by its owner.

        The file is PKCS#8 in PEM (scrypt, AES-256-CBC); ``openssl pkey -in FILE`` reads it. The passphrase is encoded
        as UTF-8.

        Raises:
            KeyFileError: the passphrase is empty, or ``path`` already exists.
            OSError: the file cannot be written; nothing is left behind.
        """
        if not passphrase:
            raise KeyFileError("an empty passphrase does not protect a key")
        pem = self._key.export_key(
            format="PEM",
            passphrase=passphrase.encode(),
            protection=_PROTECTION,
            # 16 MiB is the most that openssl allows scrypt in a key file, so scrypt runs ten times to add work.
            prot_params={"iteration_count": 1 << 14, "block_size": 8, "parallelization": 10},
        )
        try:
            descriptor = os.open(path, careful(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600)
        except FileExistsError:
            raise KeyFileError(f"{path} already exists; a key file is never overwritten") from None
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(f"{pem}\n")
                stream.flush()
                os.fsync(stream.fileno())
            sync_folder(path.parent)
        except OSError:
            path.unlink()
            raise

    @classmethod
    def load(cls, path: Path, passphrase: str) -> SigningKey:
        """Read a key from a PEM file that this program or ``openssl`` wrote.

        An unencrypted key is read too; the passphrase is then ignored.

        Raises:
            KeyFileError: the file does not exist, holds no ECDSA P-256 signing key, or the passphrase is wrong.
            OSError: the file cannot be read.
        """
        from Crypto.PublicKey import ECC

        text = _read_key_file(path)
        encrypted = _is_encrypted(text)
        try:
            key = ECC.import_key(text, passphrase=passphrase.encode() if encrypted else None)
        except ECC.UnsupportedEccFeature:
            raise KeyFileError(f"{path} is not an ECDSA P-256 key") from None
        except ValueError:
            why = "the passphrase is wrong, or the file is damaged" if encrypted else "not a key this can read"
            raise KeyFileError(f"{path} cannot be opened: {why}") from None
        if not key.has_private():
            raise KeyFileError(f"{path} is a public key; signing needs the private one")
        if key.curve != "NIST P-256":
            raise KeyFileError(f"{path} is a key on the curve {key.curve}, not on P-256")
        return cls(key)


def normal_signature(r: int, s: int) -> bytes:
    """Return a signature in DER with the lower of the two valid values of s."""
    from Crypto.Util.asn1 import DerSequence

    return bytes(DerSequence([r, min(s, _ORDER - s)]).encode())


def is_normal(signature: bytes) -> bool:
    """Whether a valid signature has the form that :meth:`SigningKey.sign` gives it: strict DER, lower s."""
    from Crypto.Util.asn1 import DerSequence

    try:
        r, s = _numbers(signature)
    except (ValueError, IndexError):
        return False
    return s <= _ORDER // 2 and bytes(DerSequence([r, s]).encode()) == signature


def sync_folder(folder: Path) -> None:
    """Have the operating system write a folder's directory to the disk, where it supports that.

    Raises:
        OSError: writing fails.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows cannot open folders
    descriptor = os.open(folder, careful(os.O_RDONLY | os.O_DIRECTORY, follow=True))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(coordinates: bytes) -> ECC.EccKey:
    from Crypto.PublicKey import ECC

    x, y = int.from_bytes(coordinates[:32], "big"), int.from_bytes(coordinates[32:], "big")
    # The library accepts 0, 0 as the neutral point, under which anyone can sign; some versions also reduce numbers
    # beyond the prime, which would give one key two fingerprints.
    if (x, y) == (0, 0) or max(x, y) >= _PRIME:
        raise KeyFileError("not an ECDSA P-256 public key: no coordinates of a point")
    try:
        return ECC.construct(curve="P-256", point_x=x, point_y=y)
    except ValueError:
        raise KeyFileError("not an ECDSA P-256 public key: the point is not on the curve") from None


def _numbers(signature: bytes) -> tuple[int, int]:
    """Return r and s of a signature. Raises ValueError or IndexError if it is malformed."""
    from Crypto.Util.asn1 import DerSequence

    parts = DerSequence().decode(signature, strict=True)
    if len(parts) != 2 or not parts.hasOnlyInts():
        raise ValueError("not a pair of integers")
    return int(parts[0]), int(parts[1])


def needs_passphrase(path: Path) -> bool:
    """Whether a key file is encrypted.

    Raises:
        KeyFileError: the file does not exist, or is no key file in PEM.
        OSError: the file cannot be read.
    """
    return _is_encrypted(_read_key_file(path))


def _is_encrypted(text: str) -> bool:
    return "ENCRYPTED" in text


def _read_key_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_KEY_FILE_MAX + 1)
    except FileNotFoundError:
        raise KeyFileError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise KeyFileError(f"{path} is a folder, not a key file") from None
    if len(content) > _KEY_FILE_MAX or not content.isascii() or b"-----BEGIN " not in content:
        raise KeyFileError(f"{path} is not a key file in PEM")
    return content.decode("ascii")
