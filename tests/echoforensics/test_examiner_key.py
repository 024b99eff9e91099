"""The examiner's key in the library: in a file or on a token, with what is kept beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import echoforensics as ef
from chain_of_custody import KeyFileError, PublicKey, SigningKey, canonical
from chain_of_custody.envelope import sign, verify
from echoforensics.errors import ExaminerKeyError
from echoforensics.examiner_key import (
    PASSPHRASE_VARIABLE,
    ExaminerKey,
    create_key,
    key_detail,
    load_key,
    stored_passphrase,
)
from echoforensics.key_record import (
    KeyRecord,
    bind_certificate,
    certificate_path,
    key_words,
    read_record,
    record_path,
    write_record,
)
from tests.soft_token import SoftToken


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)


def test_what_is_known_of_a_key_lies_beside_it(tmp_path: Path) -> None:
    key, beside = create_key(tmp_path / "k.pem", "secret", provisional=True)
    assert beside is None
    assert key.record == KeyRecord(provisional=True)
    assert key_detail(key) == {"fingerprint": key.public.fingerprint, "provisional": True}
    assert load_key(tmp_path / "k.pem", "secret").record == key.record
    named = write_record(key.place, key.public, name="Ä. Examiner\u202e")
    assert (named.provisional, named.name) == (False, "Ä. Examiner\u202e")
    assert load_key(tmp_path / "k.pem", "secret").record == named
    (tmp_path / "k.pem.json").unlink()
    assert load_key(tmp_path / "k.pem", "secret").record == KeyRecord()


def test_a_bare_signer_has_no_record() -> None:
    key = SigningKey.generate()
    assert key_detail(key) == {"fingerprint": key.public.fingerprint}
    assert key_detail(None) is None
    assert key_words({"fingerprint": key.public.fingerprint}) == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "is not of this key"),
        ("{}", "is not of this key"),
        ("nonsense", "cannot be read"),
        ("\xff", "cannot be read"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, content: str, message: str) -> None:
    key, _ = create_key(tmp_path / "k.pem", "secret")
    (tmp_path / "k.pem.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ExaminerKeyError, match=rf"k\.pem\.json: {message}"):
        read_record(key.place, key.public)


def test_odd_values_of_a_record_are_passed_over(tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "k.pem", "secret")
    content = {"fingerprint": key.public.fingerprint, "provisional": "yes", "name": 3, "named": None}
    (tmp_path / "k.pem.json").write_text(json.dumps(content))
    assert read_record(key.place, key.public) == KeyRecord()


def test_a_record_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    key = SigningKey.generate()
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExaminerKeyError, match="cannot be written"):
        write_record(str(tmp_path / "file" / "k.pem"), key.public, name="A")


def test_a_certificate_that_was_swapped_is_refused(tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "k.pem", "secret")
    certificate_path(key.place, key.public).write_text("no certificate")
    with pytest.raises(ExaminerKeyError, match=r"k\.pem\.crt: .*bind another: echoforensics key bind"):
        load_key(tmp_path / "k.pem", "secret")
    with pytest.raises(ExaminerKeyError, match="certificate"):
        bind_certificate(key.place, key.public, b"")


class Gone:
    """A token that was taken out."""

    public = SigningKey.generate().public

    def sign(self, message: bytes) -> bytes:
        raise KeyFileError(f"the token was taken out before it signed {message!r}")


def test_a_token_that_was_taken_out_is_an_error_of_the_key() -> None:
    with pytest.raises(ExaminerKeyError, match="the token was taken out"):
        ExaminerKey(Gone(), "pkcs11:object=a", KeyRecord()).sign(b"x")


def test_records_of_keys_on_tokens_lie_with_the_user_s_settings(tmp_path: Path) -> None:
    public = SigningKey.generate().public
    path = record_path("pkcs11:object=a", public)
    assert path == tmp_path / "settings" / "echoforensics" / "keys" / f"{public.fingerprint}.json"
    write_record("pkcs11:object=a", public, name="A")
    assert read_record("pkcs11:object=b", public).name == "A"


def test_the_library_signs_with_a_token(soft_token: SoftToken, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "note.txt").write_text("x")
    with pytest.raises(ExaminerKeyError, match="its PIN is needed"):
        load_key(Path(soft_token.uri()))
    with ef.extract([source], tmp_path / "case", key=soft_token.uri(), passphrase=soft_token.pin) as case:
        assert case.sealed
    result = ef.verify(tmp_path / "case", fingerprint=" ".join(soft_token.public().fingerprint).upper())
    assert (result.ok, result.fingerprint) == (True, soft_token.public().fingerprint)


def test_a_key_signs_for_what_it_is(tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "k.pem", "secret")
    payload = canonical({"a": 1})
    assert verify("text/plain", payload, sign("text/plain", payload, key), PublicKey.from_pem(key.public.pem))


def test_what_reads_certificates_and_tokens_is_loaded_where_it_is_used() -> None:
    program = (
        "import sys, echoforensics.library; print(*{'cryptography', 'rfc3161_client', 'pkcs11'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_what_is_no_key_is_called_that_before_a_passphrase_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n")
    with pytest.raises(ExaminerKeyError, match=r"rows\.csv is not a key file in PEM"):
        stored_passphrase(tmp_path / "rows.csv")
    create_key(tmp_path / "k.pem", "secret")
    assert stored_passphrase(tmp_path / "k.pem") is None


def test_a_key_that_is_not_encrypted_needs_no_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "plain.pem"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path], check=True)
    assert load_key(path).public.fingerprint == SigningKey.load(path, "").public.fingerprint
