"""Keys: their passphrases, whose they are, their certificates, and keys on tokens."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody import SigningKey, read_ledger
from echoforensics.case.custody.names import BEGUN
from tests.soft_token import SoftToken

ROOT = Path(__file__).parents[4]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
SECRET = "correct horse"


def fingerprint_of(output: str) -> str:
    return output.split("fingerprint")[1].split(maxsplit=1)[0]


def test_a_passphrase_comes_from_a_descriptor(run_with_secrets: Run, tmp_path: Path) -> None:
    made = run_with_secrets(
        "key", "create", "k.pem", "--name", "A. Examiner", "--passphrase-fd", "{0}", secrets=(SECRET,)
    )
    assert made.returncode == 0, made.stderr
    assert not (tmp_path / "k.pem.passphrase").exists()
    assert SigningKey.load(tmp_path / "k.pem", SECRET).public.fingerprint == fingerprint_of(made.stdout)
    shown = run_with_secrets("key", "show", "k.pem", "--passphrase-fd", "{0}", secrets=(SECRET,))
    assert shown.returncode == 0, shown.stderr
    wrong = run_with_secrets("key", "show", "k.pem", "--passphrase-fd", "{0}", secrets=("wrong",))
    assert (wrong.returncode, "the passphrase is wrong" in wrong.stderr) == (2, True)
    missing = run_with_secrets("key", "show", "k.pem", secrets=())
    assert missing.returncode == 2
    assert "give --passphrase-fd" in missing.stderr
    assert SECRET not in "".join(each.stdout + each.stderr for each in (made, shown, wrong, missing))


@pytest.mark.parametrize(
    ("secret", "message"), [("", "gives no passphrase"), ("x" * 5000, "too long for a passphrase")]
)
def test_what_is_no_passphrase_is_refused(run_with_secrets: Run, tmp_path: Path, secret: str, message: str) -> None:
    done = run_with_secrets("key", "create", "k.pem", "--passphrase-fd", "{0}", secrets=(secret,))
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "k.pem").exists()


def test_a_descriptor_that_is_not_open_is_refused(run_with_secrets: Run) -> None:
    done = run_with_secrets("key", "create", "k.pem", "--passphrase-fd", "99", secrets=())
    assert done.returncode == 2
    assert "descriptor 99 cannot be read" in done.stderr


def test_a_new_passphrase_is_asked_for_twice(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-m", "echoforensics", "key", "create", "k.pem"], environment)
    seen = b""
    # A mistyped second time, then twice the same.
    for answer in ("one", "other", SECRET, SECRET):
        while not seen.endswith(b": "):
            seen += os.read(terminal, 1024)
        seen = b""
        os.write(terminal, answer.encode() + b"\n")
    while True:
        try:
            more = os.read(terminal, 1024)
        except OSError:
            break
        if not more:
            break
        seen += more
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert b"fingerprint" in seen
    assert SECRET.encode() not in seen
    assert SigningKey.load(tmp_path / "k.pem", SECRET)


def test_a_key_of_first_use_is_provisional_until_it_is_named(run: Run, tmp_path: Path, small_source: Path) -> None:
    first = run("extract", small_source, "-c", "case", "--examiner", "A. Examiner")
    assert "It is PROVISIONAL" in first.stderr
    key = tmp_path / ".config" / "echoforensics" / "examiner.pem"
    again = run("extract", small_source, "-c", "second")
    assert "PROVISIONAL KEY" in again.stderr
    assert "PROVISIONAL" in run("verify", "case").stdout
    assert "whose        PROVISIONAL" in run("key", "show").stdout
    report = run("report", "case", "-o", "report")
    assert report.returncode == 0, report.stderr
    assert any("PROVISIONAL" in page.read_text() for page in (tmp_path / "report").rglob("*.html"))

    named = run("key", "name", "A. Examiner", "--case", "case")
    assert named.returncode == 0, named.stderr
    assert "whose        A. Examiner (named " in named.stdout
    verified = run("verify", "case")
    assert verified.returncode == 0, verified.stdout
    assert "PROVISIONAL" not in verified.stdout
    assert "the key is named as that of A. Examiner" in verified.stdout
    # A case that was not named in the command stays as it was.
    assert "PROVISIONAL" in run("verify", "second").stdout
    third = run("extract", small_source, "-c", "third")
    assert "PROVISIONAL" not in third.stderr
    (begun,) = (entry for entry in read_ledger(tmp_path / "third" / "custody.jsonl") if entry.action == BEGUN)
    kept = json.loads(Path(f"{key}.json").read_text())
    # A new case has the examiner whom its key names.
    assert (begun.actor, begun.detail["examiner"]) == ("A. Examiner", "A. Examiner")
    arguments = begun.detail["arguments"]
    assert isinstance(arguments, list)
    assert arguments[-2:] == ["--examiner", "A. Examiner"]
    assert run("extract", small_source, "-c", "second").returncode == 0
    assert begun.detail["key"] == {
        "fingerprint": kept["fingerprint"], "name": "A. Examiner", "named": kept["named"],
    }  # fmt: skip


def test_a_key_that_was_asked_for_is_not_provisional(run: Run, small_source: Path, tmp_path: Path) -> None:
    assert run("key", "create", "k.pem").returncode == 0
    shown = run("key", "show", "k.pem", "--json")
    assert json.loads(shown.stdout).keys() == {"key", "fingerprint", "public_key"}
    done = run("extract", small_source, "-c", "case", "--key", "k.pem")
    assert "PROVISIONAL" not in done.stderr + run("verify", "case").stdout
    assert "whose        not named" in run("key", "show", "k.pem").stdout


def test_a_name_is_refused_where_it_cannot_be(run: Run, small_source: Path, tmp_path: Path) -> None:
    assert run("key", "create", "k.pem").returncode == 0
    assert run("key", "create", "other.pem").returncode == 0
    assert run("extract", small_source, "-c", "case", "--key", "k.pem").returncode == 0
    assert "the name is empty" in run("key", "name", " ", "k.pem").stderr
    refused = run("key", "name", "B. Other", "other.pem", "--case", "case")
    assert (refused.returncode, "is signed with another key" in refused.stderr) == (2, True)
    assert "B. Other" not in (tmp_path / "other.pem.json").read_text()  # what is refused changes nothing
    # What is beside a key is of that key alone.
    (tmp_path / "k.pem.json").write_bytes((tmp_path / "other.pem.json").read_bytes())
    swapped = run("key", "show", "k.pem")
    assert (swapped.returncode, "k.pem.json: is not of this key" in swapped.stderr) == (2, True)
    (tmp_path / "k.pem.json").write_text("{")
    assert "k.pem.json: cannot be read" in run("key", "show", "k.pem").stderr


def certify(openssl: Callable[..., str], folder: Path, days: int = 30) -> Path:
    """What an agency does with a request: a root of its own, and a certificate."""
    openssl("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / "ca.key")
    openssl(
        "openssl", "req", "-x509", "-new", "-key", folder / "ca.key", "-subj", "/CN=Agency", "-out", folder / "ca.pem"
    )
    openssl(
        "openssl", "x509", "-req", "-in", folder / "k.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
        "-CAcreateserial", "-days", str(days), "-out", folder / "k.crt",
    )  # fmt: skip
    return folder / "k.crt"


def test_a_certificate_of_the_agency_is_bound(
    run: Run, run_program: Callable[..., str], tmp_path: Path, small_source: Path
) -> None:
    assert run("key", "create", "k.pem").returncode == 0
    asked = run("key", "request", "CN=A. Examiner,O=Agency", "k.pem", "-o", "k.csr")
    assert asked.returncode == 0, asked.stderr
    assert "already exists" in run("key", "request", "CN=A", "k.pem", "-o", "k.csr").stderr
    for name in ("case.db", "custody.jsonl"):
        (tmp_path / "folder" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "folder" / name).touch()
    assert "is inside the case folder" in run("key", "request", "CN=A", "k.pem", "-o", "folder/k.csr").stderr
    assert "is inside the case folder" in run("key", "create", "folder/k.pem").stderr
    assert "is not a subject" in run("key", "request", "A. Examiner", "k.pem").stderr
    certificate = certify(run_program, tmp_path)
    bound = run("key", "bind", certificate, "k.pem")
    assert bound.returncode == 0, bound.stderr
    assert "certificate  CN=A. Examiner,O=Agency" in bound.stdout
    assert (tmp_path / "k.pem.crt").read_bytes() == certificate.read_bytes()
    run_program("openssl", "verify", "-CAfile", tmp_path / "ca.pem", tmp_path / "k.pem.crt")
    assert run("extract", small_source, "-c", "case", "--key", "k.pem").returncode == 0
    assert "the key is certified for CN=A. Examiner,O=Agency" in run("verify", "case").stdout

    assert run("key", "create", "other.pem").returncode == 0
    other = run("key", "bind", certificate, "other.pem")
    assert (other.returncode, "is of another key" in other.stderr) == (2, True)
    assert not (tmp_path / "other.pem.crt").exists()
    assert "cannot be read" in run("key", "bind", "none.crt", "k.pem").stderr


def test_a_certificate_that_has_expired_is_shown_so(run: Run, run_program: Callable[..., str], tmp_path: Path) -> None:
    assert run("key", "create", "k.pem").returncode == 0
    assert run("key", "request", "CN=A. Examiner", "k.pem", "-o", "k.csr").returncode == 0
    certificate = certify(run_program, tmp_path, days=-1)
    assert "NOT VALID now" in run("key", "bind", certificate, "k.pem").stdout


def test_a_key_on_a_token_signs_a_case(
    soft_token: SoftToken, run_with_secrets: Run, tmp_path: Path, small_source: Path
) -> None:
    uri, pin = soft_token.uri(), soft_token.pin
    done = run_with_secrets(
        "extract", small_source, "-c", "case", "--key", uri, "--passphrase-fd", "{0}", secrets=(pin,)
    )
    assert done.returncode == 0, done.stderr
    verified = run_with_secrets("verify", "case", "--fingerprint", soft_token.public().fingerprint, secrets=())
    assert verified.returncode == 0, verified.stdout
    assert pin not in (tmp_path / "case" / "custody.jsonl").read_text()
    named = run_with_secrets(
        "key", "name", "A. Examiner", uri, "--case", "case", "--passphrase-fd", "{0}", secrets=(pin,)
    )
    assert named.returncode == 0, named.stderr
    assert "key          pkcs11:token=Lab%20card;object=signing\n" in named.stdout
    shown = run_with_secrets("key", "show", uri, "--passphrase-fd", "{0}", secrets=(pin,))
    assert "whose        A. Examiner" in shown.stdout
    exported = run_with_secrets(
        "timeline", "case", "-f", "jsonl", "-o", "t.jsonl", "--key", uri, "--passphrase-fd", "{0}", secrets=(pin,)
    )
    assert "recorded in the ledger" in exported.stderr


def test_a_token_without_pin_and_a_pin_in_the_address_are_refused(run: Run, small_source: Path, tmp_path: Path) -> None:
    without = run("extract", small_source, "-c", "case", "--key", "pkcs11:object=signing?module-path=/none.so")
    assert (without.returncode, "to be asked for its PIN" in without.stderr) == (2, True)
    address = "pkcs11:object=signing?pin-value=271828"
    inside = run("extract", small_source, "-c", "case", "--key", address)
    assert (inside.returncode, "must not hold pin-value" in inside.stderr) == (2, True)
    assert "271828" not in inside.stderr
    made = run("key", "create", "pkcs11:object=signing")
    assert (made.returncode, "with the token's own program" in made.stderr) == (2, True)
    assert not (tmp_path / "case").exists()
