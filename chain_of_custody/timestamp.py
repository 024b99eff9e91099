"""Trusted time: RFC 3161 requests, and an authority's responses to them.

A timestamp is a third party's signature over a digest and a time: the data with that digest existed by then. It shows
neither who made the data nor that it is true. It is kept as a response (``.tsr``) in a form that both ``openssl ts
-verify`` and rfc3161-client accept.

References:
    RFC 3161 (timestamp protocol), RFC 5816 (signing certificate by SHA-256), RFC 5652 (signed data)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    Accuracy,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from chain_of_custody import der

#: The media types of a request and of a response (RFC 3161, 3.4).
REQUEST_TYPE, RESPONSE_TYPE = "application/timestamp-query", "application/timestamp-reply"
#: A response has a few kilobytes, mostly certificates; a larger one is something else.
MAX_RESPONSE = 1 << 18
_MAX_CA_FILE = 1 << 23

_SHA256 = "2.16.840.1.101.3.4.2.1"
_SIGNED_DATA, _TOKEN_INFO = der.object_id("1.2.840.113549.1.7.2"), der.object_id("1.2.840.113549.1.9.16.1.4")
#: The signed attributes that identify the authority's certificate by hash: by SHA-1, and by a named algorithm.
_SIGNING_CERTIFICATE = der.object_id("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = der.object_id("1.2.840.113549.1.9.16.2.47")
_HASHES = {
    der.object_id("1.3.14.3.2.26"): "sha1",
    der.object_id(_SHA256): "sha256",
    der.object_id("2.16.840.1.101.3.4.2.2"): "sha384",
    der.object_id("2.16.840.1.101.3.4.2.3"): "sha512",
}
#: The exceptions that the libraries raise for damaged data.
_UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm)
_GRANTED = 0
_STATUS = {
    1: "granted with changes to what was asked",
    2: "refused",
    3: "not ready yet",
    4: "refused, as a revocation is imminent",
    5: "refused, as a certificate was revoked",
}


class TimestampError(ValueError):
    """An unusable timestamp. The message says in one line what is wrong with it."""


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """A request to a timestamp authority.

    Attributes:
        sha256: the digest to stamp, 32 bytes.
        nonce: a number that the response must repeat, which ties it to this request.
    """

    sha256: bytes
    nonce: int = field(default_factory=lambda: secrets.randbits(63) | 1 << 62)

    def __post_init__(self) -> None:
        if len(self.sha256) != hashlib.sha256().digest_size or self.nonce < 0:
            raise TimestampError("a request is made over a SHA-256, with a nonce that is not negative")

    @property
    def der(self) -> bytes:
        """The request as sent, and as kept in a ``.tsq`` file. It asks for the authority's certificates."""
        algorithm = der.encode(der.SEQUENCE, der.object_id(_SHA256), b"\x05\x00")
        imprint = der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTET_STRING, self.sha256))
        return der.encode(der.SEQUENCE, der.integer(1), imprint, der.integer(self.nonce), b"\x01\x01\xff")

    @classmethod
    def from_der(cls, data: bytes) -> TimestampRequest:
        """Read a request written by :attr:`der`.

        Raises:
            TimestampError: it is not a request, or it asks for something else.
        """
        try:
            parts = der.read_one(data).children
            found = cls(parts[1].children[1].content, int.from_bytes(parts[2].content, "big"))
        except (der.DerError, IndexError):
            raise TimestampError("not a timestamp request") from None
        if found.der != data:
            raise TimestampError("a timestamp request in another form than this program writes")
        return found


@dataclass(frozen=True, slots=True)
class TrustedTimestamp:
    """The content of a timestamp. :func:`verify` decides whether to trust it.

    Attributes:
        time: the time of the stamp by the authority's clock, in UTC.
        accuracy: how far that clock may be off; None if the authority does not say.
        authority: the name in the authority's certificate (RFC 4514).
        certificate_sha256: hexadecimal SHA-256 of that certificate's DER form.
        serial: the authority's serial number for the timestamp.
        policy: the dotted number of the authority's policy.
        sha256: the stamped digest, 32 bytes.
        nonce: the repeated nonce; None if there is none.
        response: the response to keep, in DER.
    """

    time: datetime
    accuracy: timedelta | None
    authority: str
    certificate_sha256: str
    serial: int
    policy: str
    sha256: bytes
    nonce: int | None
    response: bytes = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return its content as values for JSON and a ledger."""
        return {
            "time": self.time.isoformat().replace("+00:00", "Z"),
            "accuracy_us": None if self.accuracy is None else self.accuracy // timedelta(microseconds=1),
            "authority": self.authority,
            "certificate_sha256": self.certificate_sha256,
            "serial": str(self.serial),
            "policy": self.policy,
            "sha256": self.sha256.hex(),
        }


def read_timestamp(data: bytes) -> TrustedTimestamp:
    """Read a response (``.tsr``) or a bare token. Its signature is not checked.

    An authority may list its certificates in another order than DER requires, as ``openssl ts -reply -chain`` does. The
    order is not signed; :attr:`TrustedTimestamp.response` uses the DER order, and is a full response even if a token
    was given.

    Raises:
        TimestampError: it is not a timestamp, or the authority refused.
    """
    try:
        return _read(decode_timestamp_response(_in_order(data)))
    except TimestampError:
        raise
    except _UNREADABLE as error:
        # The libraries parse some parts only on access.
        raise TimestampError(f"not a timestamp response of RFC 3161: {error}") from None


def _read(response: TimeStampResponse) -> TrustedTimestamp:
    info = response.tst_info
    certificate = _signer(response)
    if info.message_imprint.hash_algorithm.dotted_string != _SHA256:
        raise TimestampError("the timestamp is over another digest than a SHA-256")
    nonce: int | None = info.nonce
    return TrustedTimestamp(
        time=info.gen_time.astimezone(UTC),
        accuracy=_accuracy(info.accuracy),
        authority=certificate.subject.rfc4514_string(),
        certificate_sha256=hashlib.sha256(_certificate_der(response, certificate)).hexdigest(),
        serial=info.serial_number,
        policy=info.policy.dotted_string,
        sha256=info.message_imprint.message,
        nonce=nonce,
        response=response.as_bytes(),
    )


def check_answer(data: bytes, request: TimestampRequest) -> TrustedTimestamp:
    """Read a response and check that it answers a request. The signature is not checked: see :func:`verify`.

    Raises:
        TimestampError: it is not a timestamp, covers another digest, or repeats another nonce.
    """
    found = read_timestamp(data)
    _refuse_other_digest(found, request.sha256)
    if found.nonce != request.nonce:
        raise TimestampError("the timestamp repeats another nonce: it is not the answer to this request")
    return found


def verify(
    data: bytes, sha256: bytes, ca_files: Iterable[Path], request: TimestampRequest | None = None
) -> TrustedTimestamp:
    """Check a timestamp strictly: digest, signature, certificate chain, and the certificate's purpose.

    The certificates must have been valid at the time that the stamp states, not today.

    Args:
        data: a response or a token.
        sha256: the digest that must have been stamped, 32 bytes.
        ca_files: trusted certificates in PEM, including the root. They must not come from the response itself.
        request: the request, if known; the response must repeat its nonce.

    Raises:
        TimestampError: the timestamp is not valid. The message says why.
        OSError: a certificate file cannot be read.
    """
    found = read_timestamp(data) if request is None else check_answer(data, request)
    _refuse_other_digest(found, sha256)
    builder = VerifierBuilder()
    roots, others = _authorities(ca_files)
    for each in roots:
        builder = builder.add_root_certificate(each)
    for each in others:
        builder = builder.add_intermediate_certificate(each)
    try:
        response = decode_timestamp_response(found.response)
        certificate = _signer(response)
        _refuse_other_use(certificate)
        _refuse_unnamed(found.response, _certificate_der(response, certificate))
        builder.build().verify(response, sha256)
    except TimestampError:
        raise
    except VerificationError as error:
        raise TimestampError(f"the timestamp's signature is not valid with these certificates: {error}") from None
    except _UNREADABLE as error:
        raise TimestampError(f"the timestamp cannot be read: {error}") from None
    return found


def _refuse_other_digest(found: TrustedTimestamp, sha256: bytes) -> None:
    if found.sha256 != sha256:
        raise TimestampError(f"the timestamp is over {found.sha256.hex()}, not over {sha256.hex()}")


def _refuse_other_use(certificate: x509.Certificate) -> None:
    """Reject a certificate that is not for timestamping only (RFC 3161, 2.3)."""
    try:
        use = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        raise TimestampError("the authority's certificate is not marked as one for timestamps") from None
    if not use.critical or list(use.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TimestampError("the authority's certificate is not for timestamps only")


def _refuse_unnamed(response: bytes, certificate: bytes) -> None:
    """Reject a token whose signed attributes do not identify the certificate by hash (RFC 3161, 2.4.2; RFC 5816)."""
    try:
        (signer,) = der.read_one(response).children[1].children[1].children[0].children[-1].children
        signed = next(part for part in signer.children if part.tag == der.CONTEXT_0)
        for attribute in signed.children:
            kind, values = attribute.children
            if kind.raw not in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
                continue
            first = values.children[0].children[0].children[0].children
            algorithm = "sha1" if kind.raw == _SIGNING_CERTIFICATE else "sha256"
            if first[0].tag == der.SEQUENCE:
                algorithm = _HASHES[first.pop(0).children[0].raw]
            if first[0].content != hashlib.new(algorithm, certificate, usedforsecurity=False).digest():
                raise TimestampError("the timestamp names another certificate than the one that came with it")
            return
    except (der.DerError, IndexError, KeyError, StopIteration, ValueError) as error:
        if isinstance(error, TimestampError):
            raise
    raise TimestampError("the timestamp does not name its certificate, as RFC 3161 demands")


def _in_order(data: bytes) -> bytes:
    """Return a response with its certificates in DER order; wraps a bare token in a response."""
    if len(data) > MAX_RESPONSE:
        raise TimestampError(f"longer than {MAX_RESPONSE} bytes: not a timestamp")
    try:
        outer = der.read_one(data)
        if outer.tag != der.SEQUENCE:
            _refuse()
        parts = outer.children
        if parts and parts[0].tag == der.OBJECT_ID:
            status, token = der.encode(der.SEQUENCE, der.integer(_GRANTED)), outer
        else:
            status = parts[0].raw
            _refuse_status(parts[0])
            token = parts[1]
        kind, wrapped = token.children
        if kind.raw != _SIGNED_DATA:
            _refuse()
        (signed,) = wrapped.children
        if signed.children[2].children[0].raw != _TOKEN_INFO:
            _refuse()
        fields = [_sorted_certificates(part) if part.tag == der.CONTEXT_0 else part.raw for part in signed.children]
        signed_data = der.encode(signed.tag, *fields)
    except (der.DerError, IndexError, ValueError) as error:
        if isinstance(error, TimestampError):
            raise
        _refuse()
    return der.encode(der.SEQUENCE, status, der.encode(token.tag, kind.raw, der.encode(wrapped.tag, signed_data)))


def _refuse() -> NoReturn:
    raise TimestampError("not a timestamp response of RFC 3161")


def _sorted_certificates(part: der.DerElement) -> bytes:
    return der.encode(part.tag, *sorted(child.raw for child in part.children))


def _refuse_status(status: der.DerElement) -> None:
    """Raise if a response holds no timestamp, quoting the authority's reason."""
    if status.tag != der.SEQUENCE or not status.children or status.children[0].tag != der.INTEGER:
        _refuse()
    number = int.from_bytes(status.children[0].content, "big", signed=True)
    if number == _GRANTED:
        return
    texts = [text.content.decode(errors="replace") for part in status.children[1:2] for text in part.children]
    answer = _STATUS.get(number, f"answered with the status {number}")
    raise TimestampError(f"the authority's answer: {answer}" + (f" ({'; '.join(texts)})" if texts else ""))


def _accuracy(found: Accuracy | None) -> timedelta | None:
    if found is None:
        return None
    return timedelta(seconds=found.seconds or 0, milliseconds=found.millis or 0, microseconds=found.micros or 0)


def _certificates(response: TimeStampResponse) -> list[tuple[bytes, x509.Certificate]]:
    return [(raw, x509.load_der_x509_certificate(raw)) for raw in sorted(response.signed_data.certificates)]


def _signer(response: TimeStampResponse) -> x509.Certificate:
    """Return the signer's certificate."""
    signers = list(response.signed_data.signer_infos)
    if len(signers) != 1:
        raise TimestampError(f"{len(signers)} signatures, where a timestamp has one")
    name = (signers[0].issuer, signers[0].serial_number)
    for _, certificate in _certificates(response):
        if (certificate.issuer, certificate.serial_number) == name:
            return certificate
    raise TimestampError("the timestamp comes without its authority's certificate; ask for it in the request")


def _certificate_der(response: TimeStampResponse, certificate: x509.Certificate) -> bytes:
    return next(raw for raw, found in _certificates(response) if found == certificate)


def _authorities(paths: Iterable[Path]) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Read certificates from files. Returns (roots, others). Raises TimestampError, OSError."""
    roots: list[x509.Certificate] = []
    others: list[x509.Certificate] = []
    for path in paths:
        with path.open("rb") as stream:
            content = stream.read(_MAX_CA_FILE)
        try:
            found = x509.load_pem_x509_certificates(content)
        except ValueError:
            raise TimestampError(f"{path} holds no certificates in PEM") from None
        for certificate in found:
            wanted = roots if certificate.issuer == certificate.subject else others
            if certificate not in wanted:
                wanted.append(certificate)
    if not roots:
        raise TimestampError("no root certificate was given; without one, no timestamp can be trusted")
    return roots, others
