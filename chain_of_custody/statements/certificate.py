"""Reads an agency's X.509 certificate for a key, and writes a request for one.

The certificate states who, according to its issuer, owns the key. Whether to trust the issuer is up to whoever checks
it, with ``openssl verify``.

References:
    RFC 5280 (certificates), RFC 2986 (requests), RFC 4514 (names as text)
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chain_of_custody import der
from chain_of_custody.keys import KeyFileError, PublicKey
from chain_of_custody.signer import Signer

#: A certificate file has a few kilobytes; a larger one is something else.
MAX_CERTIFICATE_FILE = 1 << 18
_ECDSA_WITH_SHA256 = der.encode(der.SEQUENCE, der.object_id("1.2.840.10045.4.3.2"))


@dataclass(frozen=True, slots=True)
class KeyCertificate:
    """A certificate of a key, with the issuers' certificates from the same file. Created by :meth:`of_key`.

    Attributes:
        subject, issuer: names (RFC 4514).
        serial: its serial number, in hexadecimal.
        not_before, not_after: its period of validity, in UTC.
        sha256: hexadecimal SHA-256 of its DER form.
        pem: its own certificate in PEM, then its issuers'.
    """

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    sha256: str
    pem: str

    @classmethod
    def of_key(cls, content: bytes, public: PublicKey) -> KeyCertificate:
        """Read certificates in PEM, or one in DER, and check that the first certifies exactly this key.

        Each further certificate must have issued the one before it.

        Raises:
            KeyFileError: they are invalid, certify another key, do not allow it to sign, or do not form a chain.
        """
        try:
            found = _read(content)
            first = found[0]
            _refuse_other_key(first, public)
            _refuse_other_use(first)
            for certificate, issuer in pairwise(found):
                certificate.verify_directly_issued_by(issuer)
            return cls(
                subject=first.subject.rfc4514_string(),
                issuer=first.issuer.rfc4514_string(),
                serial=f"{first.serial_number:x}",
                not_before=first.not_valid_before_utc,
                not_after=first.not_valid_after_utc,
                sha256=hashlib.sha256(first.public_bytes(Encoding.DER)).hexdigest(),
                pem="".join(each.public_bytes(Encoding.PEM).decode() for each in found),
            )
        except KeyFileError:
            raise
        except InvalidSignature:
            raise KeyFileError("a certificate in the file was not issued by the one after it") from None
        except (ValueError, TypeError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            raise KeyFileError("the file is not an X.509 certificate in PEM or DER, or is damaged") from error

    def is_valid(self, when: datetime) -> bool:
        """Whether a time lies within its period of validity."""
        return self.not_before <= when <= self.not_after

    def as_json(self) -> dict[str, object]:
        """Return its content as values for JSON and a ledger."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "not_before": _text(self.not_before),
            "not_after": _text(self.not_after),
            "sha256": self.sha256,
        }


def certificate_request(key: Signer, subject: str) -> str:
    """Return a certificate request for a key (PKCS#10) in PEM, as ``openssl req`` reads it.

    Args:
        key: signs the request, to show that the requester has it.
        subject: the name to certify, as text: ``CN=A. Examiner,O=Laboratory,C=DE``.

    Raises:
        KeyFileError: the subject is not a valid name.
    """
    try:
        name = x509.Name.from_rfc4514_string(subject).public_bytes()
        empty = not list(x509.Name.from_rfc4514_string(subject))
    except (ValueError, KeyError) as error:
        raise KeyFileError(f"{subject!r} is not a subject such as CN=A. Examiner,O=Laboratory,C=DE: {error}") from None
    if empty:
        raise KeyFileError("the subject of a certificate must not be empty")
    asked = der.encode(der.SEQUENCE, der.integer(0), name, key.public.der, der.encode(der.CONTEXT_0))
    signature = der.encode(der.BIT_STRING, b"\0", key.sign(asked))
    text = base64.b64encode(der.encode(der.SEQUENCE, asked, _ECDSA_WITH_SHA256, signature)).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE REQUEST-----", *lines, "-----END CERTIFICATE REQUEST-----", ""])


def _read(content: bytes) -> list[x509.Certificate]:
    if len(content) > MAX_CERTIFICATE_FILE:
        raise KeyFileError(f"longer than {MAX_CERTIFICATE_FILE} bytes: not a certificate")
    if b"-----BEGIN " in content:
        return x509.load_pem_x509_certificates(content)
    return [x509.load_der_x509_certificate(content)]


def _refuse_other_key(certificate: x509.Certificate, public: PublicKey) -> None:
    found = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if found != public.der:
        raise KeyFileError(
            f"the certificate of {certificate.subject.rfc4514_string()} is of another key,"
            f" {hashlib.sha256(found).hexdigest()}, not of {public.fingerprint}"
        )


def _refuse_other_use(certificate: x509.Certificate) -> None:
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (use.digital_signature or use.content_commitment):
        raise KeyFileError("the certificate does not allow its key to sign (its key usage)")


def _text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
