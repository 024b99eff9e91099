"""The certificate of a room that listens on more than loopback: a given one, or one that the room makes for itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from echoforensics.errors import CaseError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER, CERTIFICATE, KEY = "tls", "certificate.pem", "key.pem"
#: Lifetime of a certificate in days, and the remaining days at which it is renewed.
_LASTS, _RENEWED = 365, 30
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate and its key, in files.

    Attributes:
        certificate: PEM file with the certificate, and its intermediate certificates.
        key: PEM file with its private key, unencrypted.
        is_own: whether the room made it, so that browsers do not trust it.
    """

    certificate: Path
    key: Path
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as browsers show it. Raises UsageError if it cannot be read."""
        found = _read(self.certificate).public_bytes(serialization.Encoding.DER)
        return _in_pairs(hashlib.sha256(found).hexdigest())

    def context(self) -> ssl.SSLContext:
        """The server's TLS context: 1.2 or newer. Raises UsageError if the files do not match."""
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.minimum_version = ssl.TLSVersion.TLSv1_2
        found.set_ciphers(_CIPHERS)
        found.options |= ssl.OP_NO_RENEGOTIATION
        try:
            # Refuse an encrypted key: nobody is there to type a passphrase when a service starts.
            found.load_cert_chain(self.certificate, self.key, password=lambda: "")
        except (ssl.SSLError, OSError, ValueError) as error:
            raise UsageError(
                f"{self.certificate}, {self.key}: cannot be used: {error}. Give a certificate and its own key, both in"
                " PEM, the key without a passphrase"
            ) from error
        return found


def given_certificate(certificate: Path, key: Path) -> ServerCertificate:
    """A given certificate. Raises UsageError if it cannot be used."""
    found = ServerCertificate(certificate, key, is_own=False)
    found.context()
    return found


def own_certificate(room: Path, host: str, now: dt.datetime | None = None) -> ServerCertificate:
    """The room's own certificate, created if there is none for this host, or it expires soon.

    Args:
        room: the room's folder.
        host: a name or an IP address.
        now: the time, with its zone.

    Raises:
        CaseError: it cannot be written.
    """
    now = now or dt.datetime.now(dt.UTC)
    folder = room / FOLDER
    found = ServerCertificate(folder / CERTIFICATE, folder / KEY, is_own=True)
    if not _is_good(found, host, now):
        try:
            _make(found, host, now)
        except OSError as error:
            raise CaseError(f"{folder}: the room's certificate cannot be written: {error.strerror}") from error
    return found


def _is_good(found: ServerCertificate, host: str, now: dt.datetime) -> bool:
    try:
        made = _read(found.certificate)
        found.context()
    except UsageError:
        return False
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names == x509.SubjectAlternativeName([_name(host)]) and (
        made.not_valid_after_utc - now > dt.timedelta(days=_RENEWED)
    )


def _make(target: ServerCertificate, host: str, now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Echo review room")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=10))
        .not_valid_after(now + dt.timedelta(days=_LASTS))
        .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    target.key.parent.mkdir(mode=0o700, exist_ok=True)
    for path, content in ((target.key, text), (target.certificate, made.public_bytes(serialization.Encoding.PEM))):
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a certificate: {error}") from error


def _in_pairs(digest: str) -> str:
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()
