"""Up to where signatures were checked: only the key's owner can say so, and it hides no altered line."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.entry import parse_line
from chain_of_custody.envelope import canonical
from chain_of_custody.keys import PublicKey, SigningKey
from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.errors import CaseError
from echoforensics.review.audit.audit_ledger import AuditLedger
from echoforensics.review.audit.checked_head import read_checked, write_checked
from echoforensics.review.audit.room_check import verify_room
from echoforensics.review.store.room_database import RoomDatabase

KEY = SigningKey.generate()


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A room that was closed with a few events."""
    database = RoomDatabase(tmp_path / "room.db")
    ledger = AuditLedger(tmp_path, database, KEY)
    for number in range(5):
        with database.transaction() as change:
            change.record("rita", "play", f"item-{number}")
    ledger.close()
    database.close()
    return tmp_path


def reopen(folder: Path) -> None:
    database = RoomDatabase(folder / "room.db")
    try:
        AuditLedger(folder, database, KEY).close()
    finally:
        database.close()


def test_signatures_that_were_checked_are_not_checked_again(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []
    usual = PublicKey.verify

    def count(self: PublicKey, message: bytes, signature: bytes) -> bool:
        checked.append(message)
        return usual(self, message, signature)

    monkeypatch.setattr(PublicKey, "verify", count)
    reopen(left)

    assert len(checked) == 1  # the statement's own


def _other_key(folder: Path) -> None:
    length, head = read_checked(folder, KEY) or (0, "")
    write_checked(folder, SigningKey.generate(), length, head)


def _other_length(folder: Path) -> None:
    found = json.loads((folder / "audit.checked").read_text())
    found["statement"]["length"] += 1
    (folder / "audit.checked").write_bytes(canonical(found))


def _no_json(folder: Path) -> None:
    (folder / "audit.checked").write_bytes(b"{" * 5000)


def _no_text(folder: Path) -> None:
    (folder / "audit.checked").write_bytes(b'{"statement": {"length": 1}, "sig": "\xff"}')


def _no_statement(folder: Path) -> None:
    (folder / "audit.checked").write_bytes(b"[]")


@pytest.mark.parametrize("alter", [_other_key, _other_length, _no_json, _no_text, _no_statement, lambda _: None])
def test_a_statement_that_the_key_did_not_sign_is_not_believed(
    left: Path, alter: Callable[[Path], None], request: pytest.FixtureRequest
) -> None:
    alter(left)

    is_whole = request.node.callspec.params["alter"].__name__ == "<lambda>"
    assert (read_checked(left, KEY) is not None) == is_whole
    reopen(left)


def resigned(folder: Path) -> None:
    """The ledger with a line altered, and all that an attacker without the key can make fit."""
    lines = (folder / "audit.jsonl").read_bytes().splitlines()
    previous = ""
    for number, line in enumerate(lines):
        found = json.loads(line)
        if number == 2:
            found["entry"]["actor"] = "paul"
        if number > 2:
            found["entry"]["prev"] = previous
        lines[number] = canonical(found)
        parse_line(lines[number])
        previous = hashlib.sha256(lines[number]).hexdigest()
    (folder / "audit.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / "audit.head").write_text(f"{len(lines)} {previous}\n")


def test_an_altered_line_before_the_checked_one_is_found(left: Path) -> None:
    resigned(left)

    with pytest.raises(CaseError, match="its hash is not the one that was signed"):
        reopen(left)
    assert not verify_room(left).ok


def test_an_altered_line_behind_the_checked_one_is_found(left: Path) -> None:
    lines = (left / "audit.jsonl").read_bytes().splitlines()
    write_checked(left, KEY, 1, hashlib.sha256(lines[0]).hexdigest())
    resigned(left)

    with pytest.raises(CaseError, match="the signature does not match"):
        reopen(left)


def test_a_ledger_that_was_touched_while_it_was_open_is_not_called_checked(left: Path) -> None:
    (left / "audit.checked").unlink()
    database = RoomDatabase(left / "room.db")
    ledger = AuditLedger(left, database, KEY)
    path = left / "audit.jsonl"
    path.write_bytes(path.read_bytes().replace(b"item-1", b"item-9"))
    with database.transaction() as change:
        change.record("rita", "play")
    ledger.close()
    database.close()

    assert read_checked(left, KEY) is None
    with pytest.raises(CaseError, match="the signature does not match"):
        reopen(left)


def test_a_ledger_of_any_kind_may_be_opened_so(tmp_path: Path) -> None:
    path = tmp_path / "custody.jsonl"
    ledger = Ledger.open(path, KEY, "A. Examiner")
    ledger.append("source hashed", {"size": 1})
    known = (ledger.length, ledger.head)

    assert Ledger.open(path, KEY, "A. Examiner", signed_up_to=known).head == ledger.head
    with pytest.raises(LedgerError, match="not the one that was signed"):
        Ledger.open(path, KEY, "A. Examiner", signed_up_to=(1, base64.b16encode(bytes(32)).decode()))
