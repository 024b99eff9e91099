from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from Crypto.PublicKey import ECC
from Crypto.Util.asn1 import DerSequence
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_of_custody import KeyFileError, PublicKey, SigningKey, keys

#: RFC 6979, appendix A.2.5: the private key, and r and s over two messages with SHA-256.
RFC6979_KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
RFC6979 = {
    b"sample": (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    b"test": (
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF


def encode(r: int, s: int) -> bytes:
    return bytes(DerSequence([r, s]).encode())


@pytest.mark.parametrize("message", sorted(RFC6979))
def test_signatures_of_rfc_6979_with_the_lower_s(message: bytes) -> None:
    r, s = RFC6979[message]
    key = SigningKey(ECC.construct(curve="P-256", d=RFC6979_KEY))
    assert key.sign(message) == encode(r, min(s, ORDER - s))
    # Either s verifies, as the standard has it; only one is the form we write.
    for each in (s, ORDER - s):
        assert key.public.verify(message, encode(r, each))
        assert keys.is_normal(encode(r, each)) == (each <= ORDER // 2)


def test_the_order_is_that_of_the_curve() -> None:
    # The order is the one number of its size by which every point can be multiplied into the neutral one.
    assert keys._ORDER == ORDER
    assert (ECC.generate(curve="P-256").pointQ * ORDER).is_point_at_infinity()


@given(st.binary(), st.binary())
@settings(max_examples=50, deadline=None)
def test_a_signature_verifies_for_its_message_and_key_alone(
    key: SigningKey, other_key: SigningKey, message: bytes, other: bytes
) -> None:
    signature = key.sign(message)
    assert key.public.verify(message, signature)
    assert keys.is_normal(signature)
    assert key.public.verify(other, signature) == (other == message)
    assert not other_key.public.verify(message, signature)


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_bytes_that_are_no_signature_do_not_verify(key: SigningKey, signature: bytes) -> None:
    assert not key.public.verify(b"message", signature)
    keys.is_normal(signature)


@pytest.mark.parametrize(("r", "s"), [(0, 0), (1, 0), (0, 1), (-1, 1), (1, -1), (ORDER, 1), (1, ORDER), (1 << 4000, 1)])
def test_numbers_out_of_range_do_not_verify(key: SigningKey, r: int, s: int) -> None:
    assert not key.public.verify(b"message", encode(r, s))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_signature_does_not_verify(key: SigningKey, data: st.DataObject) -> None:
    signature = key.sign(b"message")
    at = data.draw(st.integers(0, len(signature) - 1))
    changed = bytearray(signature)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert not key.public.verify(b"message", bytes(changed))
    assert not key.public.verify(b"message", signature[:at])
    assert not key.public.verify(b"message", signature + bytes([at]))


def test_public_key_and_pem(key: SigningKey) -> None:
    public = key.public
    assert public == PublicKey.from_pem(public.pem) == PublicKey(public.der)
    assert public.pem.startswith("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")
    assert public.pem.endswith("\n-----END PUBLIC KEY-----\n")
    assert max(map(len, public.pem.splitlines())) == 64
    assert public.fingerprint == "f793580060562d6ff075d814ea698c282fcc779b0cde64d79ffc6301df00d14b"
    assert PublicKey.from_pem(f"\n{public.pem.replace(chr(10), chr(13) + chr(10))}\n") == public


def test_a_key_does_not_show_its_secret(key: SigningKey) -> None:
    assert str(key._key.d) not in repr(key) + repr(key.public)
    assert "private" not in repr(key.public).lower()


def test_generated_keys_differ() -> None:
    assert SigningKey.generate().public.fingerprint != SigningKey.generate().public.fingerprint


def as_pem(der: bytes, label: str = "PUBLIC KEY") -> str:
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"


def wrong_pems(key: SigningKey) -> dict[str, str]:
    der = key.public.der
    return {
        "empty": "",
        "no PEM": "hello",
        "private": key._key.export_key(format="PEM"),
        "two keys": key.public.pem * 2,
        "other curve": ECC.generate(curve="P-384").public_key().export_key(format="PEM"),
        "compressed": key._key.public_key().export_key(format="PEM", compress=True),
        "cut": as_pem(der[:-1]),
        "bytes after": as_pem(der + b"\0"),
        "padding inside": key.public.pem.replace("MFkw", "M=kw"),
        "off the curve": as_pem(der[:-1] + bytes([der[-1] ^ 1])),
        "no point": as_pem(der[:27] + bytes(64)),
        "coordinates too large": as_pem(der[:27] + b"\xff" * 64),
        "no point, in other numbers": as_pem(der[:27] + PRIME.to_bytes(32, "big") * 2),
        "other label": as_pem(der, "EC PUBLIC KEY"),
        "huge": as_pem(bytes(1 << 20)),
    }


def test_what_is_no_public_key_is_refused(key: SigningKey) -> None:
    for name, pem in wrong_pems(key).items():
        with pytest.raises(KeyFileError) as caught:
            PublicKey.from_pem(pem)
        assert "\n" not in str(caught.value), name
        assert str(caught.value).startswith("not a"), name


@given(st.text(), st.binary(max_size=100))
@settings(deadline=None)
def test_arbitrary_text_and_bytes_are_no_public_key(text: str, der: bytes) -> None:
    with pytest.raises(KeyFileError):
        PublicKey.from_pem(text)
    with pytest.raises(KeyFileError):
        PublicKey(der)


def test_save_and_load(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "examiner.key"
    key.save(path, "pässphrase ☃")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("ascii")
    assert text.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert text.endswith("-----END ENCRYPTED PRIVATE KEY-----\n")
    loaded = SigningKey.load(path, "pässphrase ☃")
    assert loaded.public == key.public
    assert loaded.sign(b"x") == key.sign(b"x")
    for wrong in ("", "passphrase ☃"):
        with pytest.raises(KeyFileError, match=r"examiner\.key cannot be opened: the passphrase is wrong"):
            SigningKey.load(path, wrong)


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path, key: SigningKey) -> None:
    before = os.umask(0)
    try:
        key.save(tmp_path / "examiner.key", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "examiner.key").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "examiner.key"
    path.write_text("something of value")
    with pytest.raises(KeyFileError, match="already exists; a key file is never overwritten"):
        key.save(path, "x")
    assert path.read_text() == "something of value"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="already exists"):
        key.save(link, "x")
    assert not (tmp_path / "elsewhere").exists()


def test_an_empty_passphrase_is_refused(tmp_path: Path, key: SigningKey) -> None:
    with pytest.raises(KeyFileError, match="an empty passphrase does not protect a key"):
        key.save(tmp_path / "examiner.key", "")
    assert not (tmp_path / "examiner.key").exists()


def test_a_key_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        key.save(tmp_path / "examiner.key", "x")
    assert not (tmp_path / "examiner.key").exists()


def test_files_that_are_no_signing_key(tmp_path: Path, key: SigningKey) -> None:
    curve384 = ECC.generate(curve="P-384").export_key(format="PEM")
    edwards = ECC.generate(curve="Ed25519").export_key(format="PEM")
    good = key._key.export_key(format="PEM")
    files: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "is not a key file in PEM"),
        "binary": (bytes(range(256)), "is not a key file in PEM"),
        "huge": (good.encode() + b"\n" * 70_000, "is not a key file in PEM"),
        "public": (key.public.pem.encode(), "is a public key; signing needs the private one"),
        "other-curve": (curve384.encode(), "is a key on the curve NIST P-384, not on P-256"),
        "edwards": (edwards.encode(), "is a key on the curve Ed25519, not on P-256"),
        "cut": (good[:60].encode(), "cannot be opened: not a key this can read"),
        "damaged": (good.replace("MIG", "AAA").encode(), "cannot be opened: not a key this can read"),
    }
    for name, (content, message) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(KeyFileError) as caught:
            SigningKey.load(path, "x")
        assert str(caught.value) == f"{path} {message}"
    with pytest.raises(KeyFileError, match="none does not exist"):
        SigningKey.load(tmp_path / "none", "x")
    with pytest.raises(KeyFileError, match="is a folder, not a key file"):
        SigningKey.load(tmp_path, "x")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "key"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_key_file_is_refused_or_is_a_key(scratch: Path, key: SigningKey, data: st.DataObject) -> None:
    der = bytearray(key._key.export_key(format="DER"))
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(der)))
    for content in (bytes(der), bytes(der[:cut])):
        label = data.draw(st.sampled_from(["PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY", "ENCRYPTED PRIVATE KEY"]))
        scratch.write_text(as_pem(content, label))
        try:
            loaded = SigningKey.load(scratch, "x")
        except KeyFileError:
            continue
        assert loaded.public.verify(b"message", loaded.sign(b"message"))
