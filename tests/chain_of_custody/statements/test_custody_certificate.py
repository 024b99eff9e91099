"""Certificates of keys, which an agency makes with openssl: they are of this very key, or refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chain_of_custody import KeyFileError, SigningKey
from chain_of_custody.statements.certificate import MAX_CERTIFICATE_FILE, KeyCertificate, certificate_request

SUBJECT = "CN=A. Examiner,OU=Digital Evidence,O=Example Agency,C=DE"


class Agency:
    """Certifies keys with openssl."""

    def __init__(self, folder: Path, openssl: str) -> None:
        self.folder, self._openssl = folder, openssl
        self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "root.key")
        self.run("req", "-x509", "-new", "-key", "root.key", "-subj", "/O=Example Agency/CN=Root", "-out", "root.pem")

    def run(self, *arguments: str) -> str:
        done = subprocess.run([self._openssl, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def certify(self, request: str, extensions: str = "keyUsage=critical,digitalSignature\n") -> bytes:
        (self.folder / "request.csr").write_text(request)
        (self.folder / "extensions").write_text(extensions)
        self.run("req", "-in", "request.csr", "-verify", "-noout")
        self.run(
            "x509", "-req", "-in", "request.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-days", "30", "-extfile", "extensions", "-out", "made.pem",
        )  # fmt: skip
        return (self.folder / "made.pem").read_bytes()


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory, openssl: str) -> Agency:
    return Agency(tmp_path_factory.mktemp("agency"), openssl)


def test_a_request_is_what_openssl_reads(agency: Agency, key: SigningKey, run_program: Callable[..., str]) -> None:
    request = certificate_request(key, SUBJECT)
    shown = run_program("openssl", "req", "-noout", "-subject", "-pubkey", stdin=request.encode())
    assert "subject=C = DE, O = Example Agency, OU = Digital Evidence, CN = A. Examiner" in shown
    assert key.public.pem in shown


@pytest.mark.parametrize("subject", ["", "A. Examiner", "CN", "CN=", "XX=1"])
def test_what_is_no_subject_is_refused(key: SigningKey, subject: str) -> None:
    with pytest.raises(KeyFileError, match="subject"):
        certificate_request(key, subject)


def test_a_certificate_of_the_key_is_read(agency: Agency, key: SigningKey) -> None:
    content = agency.certify(certificate_request(key, SUBJECT))
    found = KeyCertificate.of_key(content, key.public)
    assert (found.subject, found.issuer) == (SUBJECT, "CN=Root,O=Example Agency")
    assert found.not_after - found.not_before == timedelta(days=30)
    assert found.is_valid(datetime.now(UTC) + timedelta(days=1))
    assert not found.is_valid(datetime.now(UTC) + timedelta(days=31))
    assert found.pem.encode() == content
    shown = agency.run("x509", "-in", "made.pem", "-noout", "-fingerprint", "-sha256", "-serial").replace(":", "")
    assert found.sha256.upper() in shown
    assert f"serial={found.serial.upper().zfill(2)}".replace("=0", "=") in shown.replace("=0", "=")
    assert found.as_json() == {
        "subject": SUBJECT, "issuer": "CN=Root,O=Example Agency", "serial": found.serial,
        "not_before": f"{found.not_before:%Y-%m-%dT%H:%M:%SZ}", "not_after": f"{found.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "sha256": found.sha256,
    }  # fmt: skip
    assert KeyCertificate.of_key(agency_der(agency), key.public).sha256 == found.sha256


def agency_der(agency: Agency) -> bytes:
    agency.run("x509", "-in", "made.pem", "-outform", "DER", "-out", "made.der")
    return (agency.folder / "made.der").read_bytes()


def test_the_issuer_s_certificate_may_follow(agency: Agency, key: SigningKey) -> None:
    content = agency.certify(certificate_request(key, SUBJECT))
    root = (agency.folder / "root.pem").read_bytes()
    found = KeyCertificate.of_key(content + root, key.public)
    assert found.pem.count("BEGIN CERTIFICATE") == 2
    agency.run("req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=Another root", "-out", "another.pem")
    with pytest.raises(KeyFileError):
        KeyCertificate.of_key(content + (agency.folder / "another.pem").read_bytes(), key.public)


def test_a_certificate_of_another_key_is_refused(agency: Agency, key: SigningKey, other_key: SigningKey) -> None:
    content = agency.certify(certificate_request(other_key, SUBJECT))
    other, own = other_key.public.fingerprint, key.public.fingerprint
    with pytest.raises(KeyFileError, match=f"of another key, {other}, not of {own}"):
        KeyCertificate.of_key(content, key.public)


def test_a_certificate_that_does_not_let_the_key_sign_is_refused(agency: Agency, key: SigningKey) -> None:
    content = agency.certify(certificate_request(key, SUBJECT), "keyUsage=critical,keyAgreement\n")
    with pytest.raises(KeyFileError, match="does not allow its key to sign"):
        KeyCertificate.of_key(content, key.public)
    assert KeyCertificate.of_key(agency.certify(certificate_request(key, SUBJECT), "\n"), key.public)


@pytest.mark.parametrize(
    "content",
    [b"", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n", bytes(20), bytes(MAX_CERTIFICATE_FILE + 1)],
)
def test_what_is_no_certificate_is_refused(key: SigningKey, content: bytes) -> None:
    with pytest.raises(KeyFileError, match="certificate"):
        KeyCertificate.of_key(content, key.public)
