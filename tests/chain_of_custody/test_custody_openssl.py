"""What we write is read by stock openssl, sed and sha256sum, and what openssl writes is read by us."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chain_of_custody import KeyFileError, Ledger, PublicKey, SigningKey, read_ledger, verify_ledger

PAGE = Path(__file__).parents[2] / "docs" / "custody.md"
TOOLS = ("bash", "sed", "tr", "cmp", "base64", "sha256sum", "cut", "mktemp", "wc")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
needs_shell = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def run(*command: str | Path, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def genpkey(openssl: str, path: Path, *options: str) -> None:
    run(openssl, "genpkey", "-out", path, *options)


P256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def public_of(openssl: str, path: Path, passphrase: str) -> str:
    return run(openssl, "pkey", "-in", path, "-passin", f"pass:{passphrase}", "-pubout")


@pytest.mark.parametrize(
    "options",
    [(), ("-aes-256-cbc", "-pass", "pass:abcd"), ("-aes128", "-pass", "pass:abcd"), ("-des3", "-pass", "pass:abcd")],
)
def test_a_key_of_openssl_is_read(openssl: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "examiner.key"
    genpkey(openssl, path, *P256, *options)
    key = SigningKey.load(path, "abcd")
    assert key.public.pem == public_of(openssl, path, "abcd")
    if options:
        with pytest.raises(KeyFileError, match="the passphrase is wrong, or the file is damaged"):
            SigningKey.load(path, "abcde")
    else:
        assert SigningKey.load(path, "").public == key.public


def test_a_key_in_openssl_s_older_form_is_read(openssl: str, tmp_path: Path) -> None:
    path, encrypted = tmp_path / "plain.pem", tmp_path / "encrypted.pem"
    run(openssl, "ecparam", "-name", "prime256v1", "-genkey", "-out", path)
    run(openssl, "ec", "-in", path, "-aes256", "-passout", "pass:abcd", "-out", encrypted)
    assert SigningKey.load(path, "abcd").public == SigningKey.load(encrypted, "abcd").public
    with pytest.raises(KeyFileError, match="the passphrase is wrong"):
        SigningKey.load(encrypted, "dcba")


def test_other_keys_of_openssl_are_refused(openssl: str, tmp_path: Path) -> None:
    rsa, encrypted = tmp_path / "rsa.pem", tmp_path / "rsa-encrypted.pem"
    genpkey(openssl, rsa, "-algorithm", "RSA")
    run(openssl, "pkey", "-in", rsa, "-aes256", "-passout", "pass:abcd", "-out", encrypted)
    for path in (rsa, encrypted):
        with pytest.raises(KeyFileError, match=f"{path} is not an ECDSA P-256 key"):
            SigningKey.load(path, "abcd")
    path = tmp_path / "p384.pem"
    genpkey(openssl, path, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")
    with pytest.raises(KeyFileError, match="is a key on the curve NIST P-384, not on P-256"):
        SigningKey.load(path, "")
    path = tmp_path / "explicit.pem"
    genpkey(openssl, path, *P256, "-pkeyopt", "ec_param_enc:explicit")
    with pytest.raises(KeyFileError, match="cannot be opened: not a key this can read"):
        SigningKey.load(path, "")
    with pytest.raises(KeyFileError, match="not an ECDSA P-256 public key"):
        PublicKey.from_pem(public_of(openssl, path, ""))


def test_openssl_reads_our_encrypted_key(openssl: str, tmp_path: Path) -> None:
    path = tmp_path / "examiner.key"
    key = SigningKey.generate()
    key.save(path, "pässphrase ☃")
    assert public_of(openssl, path, "pässphrase ☃") == key.public.pem
    shown = run(openssl, "asn1parse", "-in", path)
    assert "PBES2" in shown
    assert "1.3.6.1.4.1.11591.4.11" in shown or "scrypt" in shown
    assert "aes-256-cbc" in shown


def test_openssl_and_we_verify_each_other(openssl: str, tmp_path: Path, key: SigningKey) -> None:
    private, public, message, signature = (tmp_path / name for name in ("key", "pem", "message", "signature"))
    private.write_text(key._key.export_key(format="PEM"))
    public.write_text(key.public.pem)
    for number in range(8):
        message.write_bytes(b"message %d" % number)
        signature.write_bytes(key.sign(message.read_bytes()))
        verify = (openssl, "dgst", "-sha256", "-verify", public, "-signature", signature, message)
        assert run(*verify) == "Verified OK\n"
        run(openssl, "dgst", "-sha256", "-sign", private, "-out", signature, message)
        assert key.public.verify(message.read_bytes(), signature.read_bytes())
        assert not key.public.verify(b"another", signature.read_bytes())


def test_the_fingerprint_is_what_openssl_and_sha256sum_say(openssl: str, tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "examiner.pem"
    path.write_text(key.public.pem)
    der = subprocess.run(
        [openssl, "pkey", "-pubin", "-in", path, "-outform", "DER"], capture_output=True, check=True
    ).stdout
    assert hashlib.sha256(der).hexdigest() == key.public.fingerprint


def commands(heading: str) -> list[str]:
    """The indented commands of one part of the page."""
    part = PAGE.read_text("utf-8").split(f"### {heading}\n")[1].split("\n##")[0]
    return [line[4:] for line in part.splitlines() if line.startswith("    ")]


@pytest.fixture
def case(tmp_path: Path, good: bytes, key: SigningKey) -> Path:
    (tmp_path / "custody.jsonl").write_bytes(good)
    (tmp_path / "examiner.pem").write_text(key.public.pem)
    (tmp_path / "check.sh").write_text(script())
    return tmp_path


def script() -> str:
    (found,) = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


def shell(case: Path, command: str) -> str:
    done = subprocess.run(["bash", "-c", command], cwd=case, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(case: Path) -> tuple[int, list[str]]:
    command = ["bash", "check.sh", "custody.jsonl", "examiner.pem"]
    done = subprocess.run(command, cwd=case, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


@needs_shell
def test_the_page_s_commands_on_the_key(openssl: str, case: Path, key: SigningKey) -> None:
    fingerprint, extract = commands("1. Is it the examiner's key?")
    assert shell(case, fingerprint).split()[0] == key.public.fingerprint
    (case / "examiner.pem").unlink()
    shell(case, extract)
    assert PublicKey.from_pem((case / "examiner.pem").read_text()) == key.public
    assert shell(case, fingerprint).split()[0] == key.public.fingerprint


@needs_shell
@pytest.mark.parametrize("line", [1, 2, 3, 4, 5])
def test_the_page_s_commands_on_one_line(openssl: str, case: Path, line: int) -> None:
    digest, *signature = (each.replace("3p", f"{line}p") for each in commands("2. One line by hand"))
    lines = (case / "custody.jsonl").read_bytes().splitlines()
    printed = shell(case, digest).split()[0]
    assert printed == hashlib.sha256(lines[line - 1]).hexdigest()
    if line < len(lines):
        assert printed == json.loads(lines[line])["entry"]["prev"]
    assert shell(case, "\n".join(signature)) == "Verified OK\n"
    entry = list(read_ledger(case / "custody.jsonl"))[line - 1]
    assert (case / "entry").read_bytes() == entry.payload
    assert (case / "signature").read_bytes() == entry.signature


@needs_shell
def test_the_page_s_script_passes_a_good_ledger(openssl: str, case: Path, key: SigningKey) -> None:
    report = verify_ledger(case / "custody.jsonl")
    assert check(case) == (
        0,
        [
            f"key {key.public.fingerprint}",
            f"5 lines, head {report.head}",
            "every line checked is whole and signed with this key",
        ],
    )


@needs_shell
def test_the_page_s_script_passes_a_ledger_of_strange_texts(openssl: str, case: Path) -> None:
    key = SigningKey.generate()
    path = case / "custody.jsonl"
    path.unlink()
    ledger = Ledger.open(path, key, 'É"\\n{}')
    texts = ["", "\\", "\n\r\t\0\x7f", "☃😀", '","keyid":"00","sig":"AA=="}', "%s %d \\1 & | $HOME `id` *", "  two  "]
    for text in texts:
        ledger.append(text or "empty", {text: text, "lines": [text] * 50})
    (case / "examiner.pem").write_text(key.public.pem)
    code, output = check(case)
    assert (code, output[1]) == (0, f"8 lines, head {ledger.head}")


def rewrite(good: bytes, line: int, old: bytes, new: bytes) -> bytes:
    lines = good.splitlines(keepends=True)
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    return b"".join(lines)


@needs_shell
def test_the_page_s_script_sees_what_was_done_to_a_ledger(
    openssl: str, case: Path, good: bytes, forged: bytes, unsigned: bytes
) -> None:
    lines = good.splitlines(keepends=True)
    last_sig = json.loads(lines[4])["sig"].encode()
    attacks = {
        "edited": rewrite(good, 1, b"7818182656", b"7818182657"),
        "last edited": rewrite(good, 4, b"true", b"null"),
        "first dropped": b"".join(lines[1:]),
        "dropped": b"".join(lines[:2] + lines[3:]),
        "moved": b"".join([*lines[:2], lines[3], lines[2], lines[4]]),
        "doubled": good + lines[4],
        "blank line": b"".join([*lines[:2], b"\n", *lines[2:]]),
        "unsigned line": rewrite(good, 4, b'"sig":"' + last_sig + b'"', b'"sig":null'),
        "no signature": rewrite(good, 4, last_sig, b""),
        "zero byte": good[:-3] + b"\0" + good[-3:],
        "spaces": rewrite(good, 4, b'"seq":4', b'"seq": 4'),
        "other key": forged,
        "unsigned": unsigned,
        "empty": b"",
        "text before": b"x" + good,
    }
    for name, content in attacks.items():
        (case / "custody.jsonl").write_bytes(content)
        code, output = check(case)
        assert code == 1, name
        assert output[0].startswith("line "), name
        assert not output[-1].startswith("every line"), name
        assert not verify_ledger(case / "custody.jsonl").ok or name in ("other key", "unsigned")


@needs_shell
def test_the_page_s_script_says_where_a_line_was_cut_short(openssl: str, case: Path, good: bytes) -> None:
    (case / "custody.jsonl").write_bytes(good[:-10])
    code, output = check(case)
    tail = len(good[:-10].rpartition(b"\n")[2])
    assert (code, output[0]) == (0, f"after line 4: {tail} bytes without a newline, which are not an entry")
    assert output[2].startswith("4 lines, head ")
