"""The ledger in a sealed folder: its hand-overs are checked, and a provisional key is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chain_of_custody import Ledger, SigningKey
from chain_of_custody.folder_check import SealedCheck, check_sealed
from chain_of_custody.sealed_list import write_seal
from chain_of_custody.statements.transfer import HANDED_OVER, sign_statement


@pytest.fixture
def ledger(tmp_path: Path, key: SigningKey) -> Ledger:
    (tmp_path / "folder").mkdir()
    return Ledger.open(tmp_path / "folder" / "custody.jsonl", key, "A. Giver")


def statement(ledger: Ledger, key: SigningKey) -> dict[str, Any]:
    return {
        "from": "A. Giver", "to": "B. Receiver", "purpose": "trial", "time": "2026-11-28T20:00:00Z",
        "ledger": {"head": ledger.head, "length": ledger.length}, "giver_key": key.public.fingerprint,
        "receiver_key": None,
    }  # fmt: skip


def checked(ledger: Ledger, key: SigningKey) -> SealedCheck:
    state = {"head": ledger.head, "length": ledger.length, "file": "custody.jsonl"}
    write_seal(ledger.path.parent, key, kind="export", detail={"ledger": state})
    return check_sealed(ledger.path.parent)


def test_hand_overs_are_counted(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    for receiver in (None, other_key):
        made = statement(ledger, key)
        signature = None if receiver is None else sign_statement(made, receiver)
        detail = {"statement": made, "giver": sign_statement(made, key), "receiver": signature}
        ledger.append(HANDED_OVER, detail)
    result = checked(ledger, key)
    assert result.ok
    (check,) = [check for check in result.checks.checks if check.name == "hand-overs"]
    assert check.detail == "2 hand-overs, 1 of them not signed by the receiver"


def test_a_hand_over_that_another_signed_fails(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    made = statement(ledger, key)
    ledger.append(HANDED_OVER, {"statement": made, "giver": sign_statement(made, other_key), "receiver": None})
    result = checked(ledger, key)
    assert not result.ok
    (check,) = [check for check in result.checks.checks if not check.ok]
    assert (check.name, check.problems[0].file) == ("hand-overs", "custody.jsonl, line 2")
    assert check.problems[0].found == "the hand-over is not signed with the ledger's key"


def test_whose_key_it_is(ledger: Ledger, key: SigningKey, other_key: SigningKey) -> None:
    named = {"fingerprint": key.public.fingerprint}
    ledger.append("extraction begun", {"key": {**named, "provisional": True}})
    ledger.append("extraction begun", {"key": {"fingerprint": other_key.public.fingerprint}})
    assert not any("key as that" in note or "PROVISIONAL" in note for note in checked(ledger, key).notes)
    ledger.append("extraction begun", {"key": {**named, "provisional": True}})
    (ledger.path.parent / "custody.dsse.json").unlink()
    (ledger.path.parent / "examiner.pem").unlink()
    result = checked(ledger, key)
    assert any(note.startswith("the key is PROVISIONAL") for note in result.notes)
    assert all(check.name != "hand-overs" for check in result.checks.checks)
    ledger.append("key named", {"key": {**named, "name": "A. Giver"}})
    (ledger.path.parent / "custody.dsse.json").unlink()
    (ledger.path.parent / "examiner.pem").unlink()
    assert "the ledger names the key as that of A. Giver" in checked(ledger, key).notes
