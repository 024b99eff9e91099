"""Keys on tokens: their addresses, and signing with SoftHSM, where it is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chain_of_custody import KeyFileError, Ledger, verify_ledger
from chain_of_custody.keys import is_normal
from chain_of_custody.tokens.pkcs11_key import Pkcs11Key
from chain_of_custody.tokens.pkcs11_uri import Pkcs11Uri
from tests.soft_token import SoftToken


def test_an_address_is_read_and_written_without_its_query() -> None:
    text = "pkcs11:token=Lab%20card;serial=01;object=sign%3Bing;id=%01%FF?module-path=/usr/lib/x.so"
    found = Pkcs11Uri.parse(text)
    assert found == Pkcs11Uri(token="Lab card", serial="01", label="sign;ing", id=b"\x01\xff")
    assert found.module_path == "/usr/lib/x.so"
    assert str(found) == "pkcs11:token=Lab%20card;serial=01;object=sign%3Bing;id=%01%FF"
    assert Pkcs11Uri.parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("token=a", "begins with pkcs11:"),
        ("pkcs11:", "must name the key"),
        ("pkcs11:token=a", "must name the key"),
        ("pkcs11:object=a;object=b", "says object twice"),
        ("pkcs11:object=a;slot-id=1", "cannot say 'slot-id' here"),
        ("pkcs11:object=a;type=cert", "must be of a private key"),
        ("pkcs11:object=a b", "needs %XX"),
        ("pkcs11:object=ä", "needs %XX"),
        ("pkcs11:object=%FF", "is not UTF-8"),
        ("pkcs11:object=a?pin-value=1234", "must not hold pin-value"),
        ("pkcs11:object=a?pin-source=file:/pin", "must not hold pin-source"),
        ("pkcs11:object=a?module-name=x", "cannot say 'module-name'"),
    ],
)
def test_what_is_no_address_of_a_key_is_refused(text: str, message: str) -> None:
    with pytest.raises(KeyFileError, match=message) as caught:
        Pkcs11Uri.parse(text)
    assert "1234" not in str(caught.value)


def test_a_token_signs_as_a_key_in_a_file_does(soft_token: SoftToken, tmp_path: Path) -> None:
    key = Pkcs11Key.open(Pkcs11Uri.parse(soft_token.uri()), soft_token.pin)
    assert key.public == soft_token.public()
    made = {key.sign(b"message") for _ in range(8)}
    assert len(made) == 8
    for signature in made:
        assert key.public.verify(b"message", signature)
        assert is_normal(signature)
    ledger = Ledger.open(tmp_path / "custody.jsonl", key, "A. Examiner")
    ledger.append("extracted", {"files": 3})
    found = verify_ledger(tmp_path / "custody.jsonl", expected_fingerprint=key.public.fingerprint)
    assert (found.ok, found.length) == (True, 2)


def test_a_second_session_of_one_process_signs_too(soft_token: SoftToken) -> None:
    first, second = (Pkcs11Key.open(Pkcs11Uri.parse(soft_token.uri()), soft_token.pin) for _ in range(2))
    for key in (first, second, first):
        assert key.public.verify(b"x", key.sign(b"x"))


def test_the_library_may_be_named_by_the_environment(soft_token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = Pkcs11Uri.parse("pkcs11:id=%01")
    monkeypatch.delenv("PKCS11_MODULE", raising=False)
    with pytest.raises(KeyFileError, match=r"pkcs11:id=%01: name the library .* set PKCS11_MODULE"):
        Pkcs11Key.open(uri, soft_token.pin)
    monkeypatch.setenv("PKCS11_MODULE", soft_token.module)
    assert Pkcs11Key.open(uri, soft_token.pin).public == soft_token.public()


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("pkcs11:token=Lab%20card;object=other", "not an ECDSA P-256 key"),
        ("pkcs11:token=Lab%20card;object=without", "neither a public key nor a certificate"),
        ("pkcs11:token=Lab%20card;object=none", "no such private key"),
        ("pkcs11:token=Lab%20card;object=signing;id=%09", "no such private key"),
        ("pkcs11:token=Nobody;object=signing", "no such token. Tokens there: .*'Lab card'"),
        ("pkcs11:model=Nobody;object=signing", "no such token"),
    ],
)
def test_what_is_not_there_is_named(soft_token: SoftToken, uri: str, message: str) -> None:
    with pytest.raises(KeyFileError, match=f"{uri.partition(';')[0]}.*{message}"):
        Pkcs11Key.open(Pkcs11Uri.parse(f"{uri}?module-path={soft_token.module}"), soft_token.pin)


def test_a_wrong_pin_is_refused_and_not_repeated(soft_token: SoftToken) -> None:
    # In a process of its own: where one is logged in already, the token asks for no PIN.
    program = (
        "import sys\nfrom chain_of_custody.tokens.pkcs11_key import Pkcs11Key, Pkcs11Uri\n"
        "Pkcs11Key.open(Pkcs11Uri.parse(sys.argv[1]), sys.argv[2])"
    )
    for pin, message in (("161803", "the PIN is wrong"), ("1", "the PIN")):
        done = subprocess.run(
            [sys.executable, "-c", program, soft_token.uri(), pin], capture_output=True, text=True, check=False
        )
        last = done.stderr.strip().splitlines()[-1]
        assert f"KeyFileError: pkcs11:token=Lab%20card;object=signing: {message}" in last
        assert "161803" not in done.stderr


def test_a_library_that_is_none_is_named(soft_token: SoftToken, tmp_path: Path) -> None:
    uri = Pkcs11Uri.parse(f"pkcs11:object=signing?module-path={tmp_path}/none.so")
    with pytest.raises(KeyFileError, match=r"none.so: cannot be loaded as a PKCS#11 library"):
        Pkcs11Key.open(uri, soft_token.pin)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(KeyFileError, match=r"need python-pkcs11; .*pip install 'echoforensics\[pkcs11\]'"):
        Pkcs11Key.open(Pkcs11Uri(label="a"), "")
