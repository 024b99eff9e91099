"""Digests and a signature made by ``openssl``, and a ledger as the first version of the package wrote it."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.known_answers.evidence import DATA
from chain_of_custody.digest import ALGORITHMS
from chain_of_custody.keys import is_normal
from echoforensics.selftest.truth import SEAL_ANSWERS

_FIXTURES = Path(__file__).parents[2] / "tests" / "chain_of_custody" / "fixtures"
#: What openssl calls an algorithm, where that is not its name here.
_OPENSSL = {"sha3_256": "sha3-256", "blake2b": "blake2b512"}
_TEXTS = ("", "abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
_TYPE, _PAYLOAD = "application/vnd.echoforensics.known-answer", "what was signed"


def make() -> None:
    """Write ``seal.json``."""
    ledger = (_FIXTURES / "custody.jsonl").read_text(encoding="utf-8")
    lines = ledger.removesuffix("\n").split("\n")
    written = {
        "digests": [{"text": text, "values": {name: _digest(text, name) for name in ALGORITHMS}} for text in _TEXTS],
        "signature": _signature(),
        "ledger": {"text": ledger, "lines": len(lines), "head": _digest(lines[-1], "sha256")},
    }
    (DATA / SEAL_ANSWERS).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def _digest(text: str, algorithm: str) -> str:
    name = _OPENSSL.get(algorithm, algorithm)
    return _openssl("dgst", f"-{name}", "-r", given=text.encode()).decode().split()[0]


def _signature() -> dict[str, str]:
    """Of the message as DSSE defines it, by a key that is thrown away."""
    kind = _TYPE.encode()
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(_PAYLOAD), _PAYLOAD.encode())
    with tempfile.TemporaryDirectory() as name:
        key = Path(name) / "key.pem"
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
        public = _openssl("ec", "-in", str(key), "-pubout").decode()
        signature = b""
        while not is_normal(signature):
            signature = _openssl("dgst", "-sha256", "-sign", str(key), given=message)
    encoded = base64.b64encode(signature).decode()
    return {"type": _TYPE, "payload": _PAYLOAD, "public_key": public, "signature": encoded}


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True).stdout
