"""Digests, signatures, ledgers and cases: what is whole passes, and what was altered does not."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

from chain_of_custody.digest import ALGORITHMS, hash_bytes
from chain_of_custody.envelope import verify
from chain_of_custody.keys import PublicKey, SigningKey
from chain_of_custody.ledger import verify as verify_ledger
from echoforensics.case.case import Case
from echoforensics.case.custody.names import ARTEFACTS, DATABASE
from echoforensics.selftest.answer import KnownAnswer, compared
from echoforensics.selftest.truth import SEAL_ANSWERS, stated
from echoforensics.verification import verify_case

AREA = "seal"


def seal_answers(case: Case, folder: Path) -> Iterator[KnownAnswer]:
    """Answers about digests, signatures, ledgers and the case.

    Args:
        case: a sealed case; copies of it are altered, and it is not.
        folder: where the copies go.
    """
    truth = stated(SEAL_ANSWERS)
    for known in truth["digests"]:
        found = dict(hash_bytes(known["text"].encode(), ALGORITHMS).values)
        yield compared(AREA, f"digests of {len(known['text'])} bytes", known["values"], found)
    yield from _signatures(truth["signature"])
    yield from _ledgers(truth["ledger"], folder)
    yield from _cases(case, folder)


def _signatures(known: dict[str, str]) -> Iterator[KnownAnswer]:
    public = PublicKey.from_pem(known["public_key"])
    payload, signature = known["payload"].encode(), base64.b64decode(known["signature"])
    yield compared(AREA, "a signature by openssl passes", True, verify(known["type"], payload, signature, public))
    yield compared(
        AREA, "a signature over one other bit fails", False,
        verify(known["type"], bytes((payload[0] ^ 1,)) + payload[1:], signature, public),
    )  # fmt: skip
    own = SigningKey.generate()
    made = own.sign(payload)
    yield compared(AREA, "a signature of this installation passes", True, own.public.verify(payload, made))
    yield compared(AREA, "a signature by another key fails", False, public.verify(payload, made))


def _ledgers(known: dict[str, str], folder: Path) -> Iterator[KnownAnswer]:
    path = folder / "ledger.jsonl"
    text = known["text"]
    path.write_bytes(text.encode())
    report = verify_ledger(path)
    yield compared(AREA, "a ledger of the first version passes", [True, known["head"]], [report.ok, report.head])
    path.write_bytes(text.replace('"files":4021', '"files":4022').encode())
    yield compared(AREA, "a ledger with one altered number fails", False, verify_ledger(path).ok)
    lines = text.encode().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    cut = verify_ledger(path, expected_head=known["head"])
    yield compared(AREA, "a ledger without its last line fails", False, cut.ok)


def _cases(case: Case, folder: Path) -> Iterator[KnownAnswer]:
    result = verify_case(case.path)
    yield compared(AREA, "a case passes", [True, True, True], [result.ok, result.complete, result.signed])
    recording = next(iter(case.recordings())).sha256
    for name, path in (
        ("a recording", case.vault.path(recording).relative_to(case.path)), ("its database", Path(DATABASE))
    ):  # fmt: skip
        copy = folder / "altered"
        shutil.copytree(case.path, copy)
        _alter(copy / path)
        yield compared(AREA, f"a case with one altered bit in {name} fails", False, verify_case(copy, sources=False).ok)
        shutil.rmtree(copy)
    copy = folder / "altered"
    shutil.copytree(case.path, copy)
    (copy / ARTEFACTS / "00").mkdir(exist_ok=True)
    (copy / ARTEFACTS / "00" / ("0" * 64)).write_bytes(b"put in later")
    yield compared(AREA, "a case with one more file fails", False, verify_case(copy, sources=False).ok)
    shutil.rmtree(copy)


def _alter(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
