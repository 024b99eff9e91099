"""Timestamps: what an authority answers is read, kept in a form that others accept, and checked strictly."""

from __future__ import annotations

import hashlib
import random
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from chain_of_custody import der
from chain_of_custody.timestamp import (
    MAX_RESPONSE,
    TimestampError,
    TimestampRequest,
    TrustedTimestamp,
    check_answer,
    read_timestamp,
    verify,
)
from tests.time_authority import TimeAuthority

DIGEST = hashlib.sha256(b"a sealed list").digest()
OTHER = hashlib.sha256(b"another list").digest()
TIME_STAMPS = "extendedKeyUsage=critical,timeStamping\n"


@pytest.fixture(scope="module")
def asked() -> TimestampRequest:
    return TimestampRequest(DIGEST)


@pytest.fixture(scope="module")
def answered(time_authority: TimeAuthority, asked: TimestampRequest) -> bytes:
    return time_authority.answer(asked.der)


def client_verifies(response: bytes, root: Path, digest: bytes) -> bool:
    verifier = VerifierBuilder().add_root_certificate(x509.load_pem_x509_certificate(root.read_bytes())).build()
    return verifier.verify(decode_timestamp_response(response), digest)


def test_a_request_is_what_openssl_asks(asked: TimestampRequest, run_program: Callable[..., str]) -> None:
    text = run_program("openssl", "ts", "-query", "-in", "/dev/stdin", "-text", stdin=asked.der)
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text
    assert f"{asked.nonce:X}" in text
    assert TimestampRequest.from_der(asked.der) == asked
    assert TimestampRequest(DIGEST).nonce != TimestampRequest(DIGEST).nonce


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"<html>", b"\x30\x80\x00\x00"])
def test_what_is_no_request_is_refused(data: bytes, asked: TimestampRequest) -> None:
    with pytest.raises(TimestampError, match="not a timestamp request"):
        TimestampRequest.from_der(data)
    with pytest.raises(TimestampError, match="in another form"):
        TimestampRequest.from_der(asked.der.replace(b"\x01\x01\xff", b"\x01\x01\x00"))


def test_a_request_is_over_a_sha256() -> None:
    with pytest.raises(TimestampError, match="over a SHA-256"):
        TimestampRequest(b"short")


def test_what_a_time_stamp_says(time_authority: TimeAuthority, asked: TimestampRequest, answered: bytes) -> None:
    found = verify(answered, DIGEST, [time_authority.root], asked)
    assert abs(found.time - datetime.now(UTC)) < timedelta(days=1)
    assert found.authority == "CN=Example authority,O=Example"
    assert found.accuracy == timedelta(seconds=1.5)
    assert (found.sha256, found.nonce, found.policy) == (DIGEST, asked.nonce, "1.3.6.1.4.1.99999.1")
    fingerprint = ssl.PEM_cert_to_DER_cert((time_authority.folder / "authority.pem").read_text())
    assert found.certificate_sha256 == hashlib.sha256(fingerprint).hexdigest()
    assert found.as_json() == {
        "time": found.time.isoformat().replace("+00:00", "Z"),
        "accuracy_us": 1_500_000,
        "authority": "CN=Example authority,O=Example",
        "certificate_sha256": found.certificate_sha256,
        "serial": str(found.serial),
        "policy": "1.3.6.1.4.1.99999.1",
        "sha256": DIGEST.hex(),
    }


def test_two_certificates_in_another_order_are_kept_in_the_order_of_der(
    tmp_path: Path, asked: TimestampRequest
) -> None:
    authority = TimeAuthority(tmp_path)
    # openssl writes its own certificate first, which is in order for about every second pair of certificates.
    for _ in range(50):
        answered = authority.answer(asked.der)
        try:
            decode_timestamp_response(answered)
        except ValueError:
            break
        authority.certify("authority", TIME_STAMPS)
    else:
        pytest.fail("no answer was out of order")
    kept = verify(answered, DIGEST, [authority.root], asked).response
    assert kept != answered
    assert sorted(kept) == sorted(answered)
    assert authority.openssl_verifies(answered, DIGEST)
    assert authority.openssl_verifies(kept, DIGEST)
    assert client_verifies(kept, authority.root, DIGEST)
    assert read_timestamp(kept).response == kept


def test_a_token_alone_is_kept_as_a_response(time_authority: TimeAuthority, asked: TimestampRequest) -> None:
    token = time_authority.answer(asked.der, "-token_out")
    kept = verify(token, DIGEST, [time_authority.root], asked).response
    assert kept != token
    assert time_authority.openssl_verifies(kept, DIGEST)
    assert client_verifies(kept, time_authority.root, DIGEST)


def test_a_certificate_named_by_sha1_and_no_accuracy(tmp_path: Path, asked: TimestampRequest) -> None:
    authority = TimeAuthority(tmp_path, named_by="sha1", accuracy=False)
    found = verify(authority.answer(asked.der), DIGEST, [authority.root])
    assert (found.sha256, found.accuracy) == (DIGEST, None)
    assert found.as_json()["accuracy_us"] is None


def test_another_digest_and_another_nonce_are_refused(
    time_authority: TimeAuthority, asked: TimestampRequest, answered: bytes
) -> None:
    with pytest.raises(TimestampError, match=f"is over {DIGEST.hex()}, not over {OTHER.hex()}"):
        verify(answered, OTHER, [time_authority.root])
    with pytest.raises(TimestampError, match="not over"):
        check_answer(answered, TimestampRequest(OTHER, asked.nonce))
    with pytest.raises(TimestampError, match="repeats another nonce"):
        check_answer(answered, TimestampRequest(DIGEST, asked.nonce + 1))
    with pytest.raises(TimestampError, match="repeats another nonce"):
        verify(answered, DIGEST, [time_authority.root], TimestampRequest(DIGEST, asked.nonce + 1))
    assert not time_authority.openssl_verifies(answered, OTHER)


def test_a_swapped_token_is_refused(time_authority: TimeAuthority, answered: bytes) -> None:
    other = time_authority.answer(TimestampRequest(OTHER).der)
    # The digest that is looked for, put into a token over another.
    forged = other.replace(OTHER, DIGEST)
    with pytest.raises(TimestampError, match="signature is not valid"):
        verify(forged, DIGEST, [time_authority.root])
    assert not time_authority.openssl_verifies(forged, DIGEST)
    with pytest.raises(TimestampError, match="not over"):
        verify(other, DIGEST, [time_authority.root])


def test_an_authority_that_is_not_believed_is_refused(tmp_path: Path, answered: bytes) -> None:
    other = TimeAuthority(tmp_path)
    with pytest.raises(TimestampError, match="is not valid with these certificates"):
        verify(answered, DIGEST, [other.root])
    with pytest.raises(TimestampError, match="no root certificate was given"):
        verify(answered, DIGEST, [])
    with pytest.raises(TimestampError, match="no root certificate was given"):
        verify(answered, DIGEST, [other.folder / "authority.pem"])
    with pytest.raises(TimestampError, match="holds no certificates in PEM"):
        verify(answered, DIGEST, [other.folder / "config"])
    with pytest.raises(FileNotFoundError):
        verify(answered, DIGEST, [tmp_path / "none.pem"])


@pytest.mark.parametrize(
    ("extensions", "message"),
    [
        ("keyUsage=critical,digitalSignature\n", "is not marked as one for timestamps"),
        ("extendedKeyUsage=critical,codeSigning\n", "not for timestamps only"),
        ("extendedKeyUsage=critical,timeStamping,codeSigning\n", "not for timestamps only"),
        ("extendedKeyUsage=timeStamping\n", "not for timestamps only"),
    ],
)
def test_a_certificate_for_something_else_is_refused(
    tmp_path: Path, asked: TimestampRequest, extensions: str, message: str
) -> None:
    authority = TimeAuthority(tmp_path)
    answered = authority.answer(asked.der)
    authority.certify("other", extensions)
    # openssl signs with no such certificate, so another takes the place of the one it signed with.
    pem = (ssl.PEM_cert_to_DER_cert((tmp_path / f"{name}.pem").read_text()) for name in ("authority", "other"))
    forged = with_certificate(answered, *pem)
    with pytest.raises(TimestampError, match=message):
        verify(forged, DIGEST, [authority.root])


def with_certificate(response: bytes, old: bytes, new: bytes) -> bytes:
    """A response with another certificate, its signer named to match."""

    def name_of(certificate: bytes) -> bytes:
        fields = der.read_one(certificate).children[0].children
        return der.encode(der.SEQUENCE, fields[3].raw, fields[1].raw)

    swaps = {old: new, name_of(old): name_of(new)}

    def swapped(element: der.DerElement) -> bytes:
        if element.raw in swaps:
            return swaps[element.raw]
        if not element.tag & 0x20:
            return element.raw
        return der.encode(element.tag, *map(swapped, element.children))

    return swapped(der.read_one(response))


def test_a_token_that_names_another_certificate_is_refused(tmp_path: Path, asked: TimestampRequest) -> None:
    authority = TimeAuthority(tmp_path)
    answered = authority.answer(asked.der)
    old = ssl.PEM_cert_to_DER_cert((tmp_path / "authority.pem").read_text())
    authority.certify("other", TIME_STAMPS)
    new = ssl.PEM_cert_to_DER_cert((tmp_path / "other.pem").read_text())
    with pytest.raises(TimestampError, match="names another certificate than the one that came with it"):
        verify(with_certificate(answered, old, new), DIGEST, [authority.root])


def test_a_response_without_a_certificate_is_refused(time_authority: TimeAuthority, asked: TimestampRequest) -> None:
    without = asked.der[:1] + bytes((asked.der[1] - 3,)) + asked.der[2:-3]
    answered = time_authority.answer(without)
    with pytest.raises(TimestampError, match="comes without its authority's certificate"):
        read_timestamp(answered)


def test_another_algorithm_is_refused(
    time_authority: TimeAuthority, tmp_path: Path, run_program: Callable[..., str]
) -> None:
    query = tmp_path / "query.tsq"
    run_program("openssl", "ts", "-query", "-digest", "ab" * 64, "-sha512", "-cert", "-out", query)
    with pytest.raises(TimestampError, match="over another digest than a SHA-256"):
        read_timestamp(time_authority.answer(query.read_bytes()))


def test_a_refusal_says_what_the_authority_says(time_authority: TimeAuthority, asked: TimestampRequest) -> None:
    # A version that no authority knows.
    answered = time_authority.answer(asked.der.replace(b"\x02\x01\x01", b"\x02\x01\x09", 1))
    with pytest.raises(TimestampError, match=r"the authority's answer: refused \(.*[Bb]ad request"):
        read_timestamp(answered)


@pytest.mark.parametrize("status", [1, 3, 4, 5, 77])
def test_only_what_is_granted_is_taken(answered: bytes, status: int) -> None:
    changed = answered.replace(b"\x30\x03\x02\x01\x00", bytes((0x30, 3, 2, 1, status)), 1)
    with pytest.raises(TimestampError, match="the authority's answer"):
        read_timestamp(changed)


@pytest.mark.parametrize(
    "data", [b"", b"<html></html>", b"\x30\x03\x02\x01\x00", b"\x30\x00", bytes(100), b"\x30\x84" + b"\xff" * 9]
)
def test_what_is_no_time_stamp_is_refused(data: bytes) -> None:
    with pytest.raises(TimestampError, match="not a timestamp response"):
        read_timestamp(data)


def test_what_is_too_long_is_refused(answered: bytes) -> None:
    with pytest.raises(TimestampError, match="bytes: not a timestamp"):
        read_timestamp(answered + bytes(MAX_RESPONSE))


def test_a_response_that_is_cut_off_is_refused(answered: bytes, series: Callable[..., Iterable[int]]) -> None:
    for length in series(len(answered)):
        with pytest.raises(TimestampError):
            read_timestamp(answered[:length])


@pytest.mark.filterwarnings("ignore")
def test_an_altered_response_is_refused_or_says_the_same(
    time_authority: TimeAuthority, answered: bytes, series: Callable[..., Iterable[int]]
) -> None:
    good = verify(answered, DIGEST, [time_authority.root])
    for seed in series(3000):
        random_number = random.Random(seed)
        altered = bytearray(answered)
        for _ in range(random_number.randint(1, 3)):
            altered[random_number.randrange(len(altered))] = random_number.randrange(256)
        try:
            found = verify(bytes(altered), DIGEST, [time_authority.root])
        except TimestampError:
            continue
        # What is not signed: certificates that are not the signer's, and numbers of versions.
        assert facts(found) == facts(good)


def facts(found: TrustedTimestamp) -> tuple[object, ...]:
    return found.time, found.accuracy, found.serial, found.policy, found.sha256, found.nonce, found.certificate_sha256
