"""Hand-overs: what giver and receiver sign, in a ledger, and every way in which it may not be so."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody import Ledger, PublicKey, SigningKey, canonical, read_ledger, verify_ledger
from chain_of_custody.statements.transfer import (
    HANDED_OVER,
    RECEIVED,
    TransferError,
    read_receipt,
    sign_statement,
    signature_of,
    signed_bytes,
    statement_sha256,
    transfers,
)

Statement = dict[str, Any]


@pytest.fixture
def ledger(tmp_path: Path, key: SigningKey) -> Ledger:
    return Ledger.open(tmp_path / "custody.jsonl", key, "A. Giver")


def statement_for(ledger: Ledger, key: SigningKey | None, receiver: SigningKey | None = None) -> Statement:
    return {
        "from": "A. Giver", "to": "B. Receiver", "purpose": "second opinion", "time": "2026-11-28T20:00:00Z",
        "ledger": {"head": ledger.head, "length": ledger.length}, "evidence": [{"name": "echo", "sha256": "ab" * 32}],
        "giver_key": key.public.fingerprint if key else None,
        "receiver_key": receiver.public.fingerprint if receiver else None,
    }  # fmt: skip


def hand_over(
    ledger: Ledger, key: SigningKey | None, statement: Statement | None = None, **changed: object
) -> Statement:
    made = statement or statement_for(ledger, key)
    detail = {"statement": made, "giver": sign_statement(made, key) if key else None, "receiver": None}
    ledger.append(HANDED_OVER, {**detail, **changed})
    return made


def found(ledger: Ledger) -> tuple[list[Any], list[str]]:
    assert verify_ledger(ledger.path).ok
    return transfers(read_ledger(ledger.path))


def test_both_sign_at_once(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    statement = statement_for(ledger, key, other_key)
    hand_over(ledger, key, statement, receiver=sign_statement(statement, other_key))
    (given,), problems = found(ledger)
    assert problems == []
    assert (given.giver, given.receiver) == (key.public.fingerprint, other_key.public.fingerprint)
    assert given.statement == statement


def test_the_receiver_signs_later(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    statement = hand_over(ledger, key)
    (given,), _ = found(ledger)
    assert (given.receiver, given.received) == (None, "")
    ledger.append("exported", {"name": "x"})
    entry = ledger.append(RECEIVED, {"transfer": given.line_hash, "receiver": sign_statement(statement, other_key)})
    (given,), problems = found(ledger)
    assert problems == []
    assert (given.receiver, given.received) == (other_key.public.fingerprint, entry.time)


def test_openssl_signs_and_verifies_the_statement(
    ledger: Ledger, key: SigningKey, run_program: Callable[..., str], tmp_path: Path
) -> None:
    statement = hand_over(ledger, key)
    signed, signature, pem = tmp_path / "signed", tmp_path / "signature", tmp_path / "giver.pem"
    signed.write_bytes(signed_bytes(statement))
    pem.write_text(key.public.pem)
    signature.write_bytes(base64.b64decode(sign_statement(statement, key)["sig"]))
    assert "OK" in run_program("openssl", "dgst", "-sha256", "-verify", pem, "-signature", signature, signed)
    private, public = tmp_path / "receiver.key", tmp_path / "receiver.pem"
    run_program("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", private)
    run_program("openssl", "pkey", "-in", private, "-pubout", "-out", public)
    run_program("openssl", "dgst", "-sha256", "-sign", private, "-out", signature, signed)
    (given,), _ = found(ledger)
    made = signature_of(PublicKey.from_pem(public.read_text()), signature.read_bytes())
    ledger.append(RECEIVED, {"transfer": given.line_hash, "receiver": made})
    (given,), problems = found(ledger)
    assert (problems, given.receiver) == ([], made["keyid"])


def test_an_unsigned_ledger_has_no_giver_s_signature(tmp_path: Path, other_key: SigningKey) -> None:
    ledger = Ledger.open(tmp_path / "custody.jsonl", None, "A. Giver")
    statement = statement_for(ledger, None)
    hand_over(ledger, None, statement, receiver=sign_statement(statement, other_key))
    (given,), problems = found(ledger)
    assert (problems, given.giver, given.receiver) == ([], None, other_key.public.fingerprint)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("text", "does not match the statement"),
        ("other giver", "is not signed with the ledger's key"),
        ("no giver", "the signature of a hand-over is not of its form"),
        ("other state", "refers to another state of the ledger"),
        ("other giver named", "names another giver's key"),
        ("other receiver", "is to the key .*, and the signature is with"),
        ("damaged", "the signature of a hand-over is not of its form"),
        ("key swapped", "names another key than it brings"),
        ("no statement", "the statement of a hand-over is not of its form"),
        ("number for a name", "the statement of a hand-over is not of its form"),
    ],
)
def test_what_is_not_sound_is_named(
    ledger: Ledger, key: SigningKey, other_key: SigningKey, name: str, message: str
) -> None:
    good = statement_for(ledger, key)
    to_other = statement_for(ledger, key, other_key)
    giver, other = sign_statement(good, key), sign_statement(good, other_key)
    elsewhere = {**good, "ledger": {"head": "0" * 64, "length": 9}}
    renamed = {**good, "giver_key": other_key.public.fingerprint}
    details: dict[str, dict[str, object]] = {
        "text": {"statement": {**good, "to": "C. Another"}, "giver": giver, "receiver": None},
        "other giver": {"statement": good, "giver": other, "receiver": None},
        "no giver": {"statement": good, "giver": None, "receiver": None},
        "other state": {"statement": elsewhere, "giver": sign_statement(elsewhere, key), "receiver": None},
        "other giver named": {"statement": renamed, "giver": sign_statement(renamed, key), "receiver": None},
        "other receiver": {
            "statement": to_other, "giver": sign_statement(to_other, key), "receiver": sign_statement(to_other, key),
        },
        "damaged": {"statement": good, "giver": {**giver, "sig": "!"}, "receiver": None},
        "key swapped": {"statement": good, "giver": {**giver, "keyid": other["keyid"]}, "receiver": None},
        "no statement": {"giver": giver, "receiver": None},
        "number for a name": {"statement": {**good, "to": 3}, "giver": giver, "receiver": None},
    }  # fmt: skip
    ledger.append(HANDED_OVER, details[name])
    given, problems = found(ledger)
    assert given == []
    (problem,) = problems
    assert problem.startswith("line 2: ")
    assert re.search(message, problem)


def test_receipts_that_are_not_of_the_hand_over(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    statement = hand_over(ledger, key)
    (given,), _ = found(ledger)
    signature = sign_statement(statement, other_key)
    ledger.append(RECEIVED, {"transfer": "0" * 64, "receiver": signature})
    ledger.append(RECEIVED, {"transfer": given.line_hash, "receiver": sign_statement({**statement, "to": "X"}, key)})
    ledger.append(RECEIVED, {"transfer": given.line_hash, "receiver": signature})
    ledger.append(RECEIVED, {"transfer": given.line_hash, "receiver": signature})
    (given,), problems = found(ledger)
    assert given.receiver == other_key.public.fingerprint
    assert [problem.partition(": ")[0] for problem in problems] == ["line 3", "line 4", "line 6"]


def test_a_receipt_is_read_and_checked(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    statement = hand_over(ledger, key)
    receipt = {"transfer": "ab" * 32, "statement": statement, "receiver": sign_statement(statement, other_key)}
    assert read_receipt(json.dumps(receipt).encode()) == receipt
    forged = {**receipt, "statement": {**statement, "purpose": "another"}}
    with pytest.raises(TransferError, match="does not match the statement"):
        read_receipt(json.dumps(forged).encode())
    to_giver = {**statement, "receiver_key": key.public.fingerprint}
    with pytest.raises(TransferError, match="and the signature is with"):
        read_receipt(json.dumps({**receipt, **to_giver_signed(to_giver, other_key)}).encode())


def to_giver_signed(statement: Statement, key: SigningKey) -> Statement:
    return {"statement": statement, "receiver": sign_statement(statement, key)}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"transfer":"","statement":{"a":1.5},"receiver":{"a":"b"}}'],
)
def test_what_is_no_receipt_is_refused(content: bytes) -> None:
    with pytest.raises(TransferError, match=r"receipt|signature"):
        read_receipt(content)


def test_the_digest_of_a_statement_is_that_of_its_text(ledger: Ledger, key: SigningKey) -> None:
    statement = statement_for(ledger, key)
    assert statement_sha256(statement) == hashlib.sha256(canonical(statement)).hexdigest()
