from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from chain_of_custody import (
    Ledger,
    LedgerError,
    LedgerReport,
    PublicKey,
    SigningKey,
    canonical,
    entry,
    pae,
    read_ledger,
    verify_ledger,
)

Clock = Callable[[], datetime]
FIXTURE = Path(__file__).parent / "fixtures" / "custody.jsonl"
TYPE = "application/vnd.echoforensics.custody+json"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "custody.jsonl"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_new_ledger_says_who_signs(path: Path, key: SigningKey, clock: Clock) -> None:
    ledger = Ledger.open(path, key, "A. Examiner", clock=clock)
    assert (ledger.length, ledger.head) == (1, sha256(path.read_bytes()[:-1]))
    (first,) = read_ledger(path)
    assert (first.seq, first.action, first.actor, first.prev) == (0, "ledger created", "A. Examiner", "0" * 64)
    assert first.detail == {"public_key": key.public.pem, "signed": True}
    assert first.keyid == key.public.fingerprint


def test_a_new_unsigned_ledger_says_so(path: Path, clock: Clock) -> None:
    ledger = Ledger.open(path, None, "A. Examiner", clock=clock)
    ledger.append("extracted", {})
    first, second = read_ledger(path)
    assert first.detail == {"public_key": None, "signed": False}
    assert (first.keyid, first.signature, second.keyid, second.signature) == (None, None, None, None)
    assert path.read_bytes().splitlines()[1].endswith(b'},"keyid":null,"sig":null}')
    assert verify_ledger(path) == LedgerReport(False, None, 2, ledger.head, 0, ())
    assert verify_ledger(path).ok


def test_append_writes_a_signed_canonical_line(path: Path, key: SigningKey) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    ledger = Ledger.open(path, key, "É", clock=lambda: datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=zone))
    head = ledger.head
    detail: dict[str, object] = {"b": [1, (2, None)], "a": {"é": True}}
    made = ledger.append("extracted", detail)
    raw = path.read_bytes().splitlines(keepends=True)[1]
    line = json.loads(raw)
    assert line["entry"] == {
        "action": "extracted",
        "actor": "É",
        "detail": {"a": {"é": True}, "b": [1, [2, None]]},
        "prev": head,
        "seq": 1,
        "time": "2026-02-02T22:35:06.000007Z",
    }
    assert raw == canonical(line) + b"\n"
    assert ledger.head == made.line_hash == sha256(raw[:-1])
    assert made == list(read_ledger(path))[1]
    assert made.payload == canonical(line["entry"])
    assert made.signature is not None
    assert key.public.verify(pae(TYPE, made.payload), made.signature)
    assert "recovered_tail" not in made.detail
    assert detail == {"b": [1, (2, None)], "a": {"é": True}}


def test_a_good_ledger_verifies(path: Path, good: bytes, key: SigningKey) -> None:
    path.write_bytes(good)
    lines = good.splitlines()
    wanted = LedgerReport(True, key.public.fingerprint, 5, sha256(lines[-1]), 0, ())
    assert verify_ledger(path) == wanted
    assert wanted.ok
    assert verify_ledger(path, expected_fingerprint=key.public.fingerprint.upper()) == wanted
    assert [each.seq for each in read_ledger(path)] == [0, 1, 2, 3, 4]
    for length in range(1, 6):
        assert verify_ledger(path, known=(length, sha256(lines[length - 1]))) == wanted
    assert verify_ledger(path, known=(0, "0" * 64)) == wanted


def test_the_ledger_of_an_earlier_version_still_verifies_and_is_still_written_the_same(
    good: bytes, key: SigningKey
) -> None:
    assert good == FIXTURE.read_bytes()
    assert FIXTURE.with_name("examiner.pem").read_text("ascii") == key.public.pem
    report = verify_ledger(FIXTURE, expected_fingerprint=key.public.fingerprint)
    assert (report.ok, report.length, report.failures) == (True, 5, ())


def test_an_existing_ledger_is_continued(path: Path, key: SigningKey, good: bytes, clock: Clock) -> None:
    path.write_bytes(good)
    ledger = Ledger.open(path, key, "B. Colleague", clock=clock)
    assert path.read_bytes() == good
    assert (ledger.length, ledger.head) == (5, sha256(good.splitlines()[-1]))
    ledger.append("reviewed", {})
    assert path.read_bytes().startswith(good)
    assert [each.actor for each in read_ledger(path)] == ["A. Examiner"] * 5 + ["B. Colleague"]
    report = verify_ledger(path, known=(5, sha256(good.splitlines()[-1])))
    assert (report.ok, report.length) == (True, 6)


def test_a_ledger_of_another_key_is_not_touched(
    path: Path, good: bytes, unsigned: bytes, key: SigningKey, other_key: SigningKey
) -> None:
    path.write_bytes(good)
    with pytest.raises(LedgerError, match=f"is signed with another key, {key.public.fingerprint}"):
        Ledger.open(path, other_key, "A")
    with pytest.raises(LedgerError, match=f"is signed; adding to it needs its key, {key.public.fingerprint}"):
        Ledger.open(path, None, "A")
    assert path.read_bytes() == good
    path.write_bytes(unsigned)
    with pytest.raises(LedgerError, match="is an unsigned ledger; it cannot be added to with a key"):
        Ledger.open(path, key, "A")
    assert path.read_bytes() == unsigned


def test_a_broken_ledger_is_not_touched(path: Path, good: bytes, key: SigningKey) -> None:
    lines = good.splitlines(keepends=True)
    broken = b"".join([*lines[:2], *lines[3:]])
    path.write_bytes(broken)
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path, key, "A")
    assert str(caught.value) == (
        f"{path} is broken. line 3: the sequence number is 3, where 2 is due (and 1 more failures)"
    )
    assert path.read_bytes() == broken


@pytest.mark.parametrize("content", [b"\n", b"hello", b"hello\n", b'{"entry":{"actor":"', b"\x00" * 100])
def test_a_file_that_is_no_ledger_is_not_touched(path: Path, key: SigningKey, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is broken"):
        Ledger.open(path, key, "A")
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_ledger(path: Path, key: SigningKey) -> None:
    path.touch()
    assert verify_ledger(path).failures == ("the ledger holds no complete entry",)
    assert Ledger.open(path, key, "A").length == 1
    assert verify_ledger(path).ok


def test_what_is_not_a_file_is_refused(tmp_path: Path, path: Path, key: SigningKey) -> None:
    os.mkfifo(path)
    with pytest.raises(LedgerError, match="is not a file"):
        Ledger.open(path, key, "A")
    with pytest.raises(OSError, match="is not a file"):
        verify_ledger(path)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        Ledger.open(link, key, "A")
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(FileNotFoundError):
        Ledger.open(tmp_path / "none" / "custody.jsonl", key, "A")
    with pytest.raises(FileNotFoundError):
        verify_ledger(tmp_path / "none")


def test_nobody_and_nothing_are_refused(path: Path, key: SigningKey) -> None:
    for actor in ("", "half \udcff"):
        with pytest.raises(ValueError, match=r"who acts|surrogates"):
            Ledger.open(path, key, actor)
    assert not path.exists()
    ledger = Ledger.open(path, key, "A")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="an entry needs an action"):
        ledger.append("", {})
    with pytest.raises(ValueError, match="recovered_tail is for the ledger itself"):
        ledger.append("x", {"recovered_tail": {}})
    with pytest.raises(TypeError, match="a float"):
        ledger.append("x", {"gain": 0.5})
    with pytest.raises(ValueError, match="half a surrogate"):
        ledger.append("x", {"path": "/evidence/\udcff"})
    assert path.read_bytes() == before
    ledger.append("x", {})
    assert verify_ledger(path).ok


def test_a_clock_without_a_zone_is_refused(path: Path, key: SigningKey) -> None:
    clock = lambda: datetime(2026, 1, 1)  # noqa: E731
    with pytest.raises(ValueError, match="must give the zone"):
        Ledger.open(path, key, "A", clock=clock)
    assert path.read_bytes() == b""


def test_the_clock_is_the_machine_s_own_otherwise(path: Path, key: SigningKey) -> None:
    before = datetime.now(UTC)
    Ledger.open(path, key, "A")
    (first,) = read_ledger(path)
    assert before <= datetime.fromisoformat(first.time) <= datetime.now(UTC)


def test_the_longest_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger.open(path, None, "A")
    made = ledger.append("x", {"text": ""})
    room = 2000 - len(path.read_bytes().splitlines()[-1])
    assert made.seq == 1
    for module in ("entry", "chain"):
        monkeypatch.setattr(f"chain_of_custody.{module}.MAX_LINE", 2000)
    ledger.append("x", {"text": "a" * room})
    assert verify_ledger(path).ok
    with pytest.raises(ValueError, match="an entry of 2001 bytes is longer than the 2000 a ledger takes"):
        ledger.append("x", {"text": "a" * (room + 1)})
    for module in ("entry", "chain"):
        monkeypatch.setattr(f"chain_of_custody.{module}.MAX_LINE", 1999)
    report = verify_ledger(path)
    assert report.failures == ("line 3: longer than 1999 bytes; nothing from here on was checked",)
    with pytest.raises(LedgerError, match="line 3: not an entry"):
        list(read_ledger(path))


def test_two_writers_take_turns(path: Path, key: SigningKey, clock: Clock) -> None:
    one = Ledger.open(path, key, "one", clock=clock)
    two = Ledger.open(path, key, "two", clock=clock)
    for writer in (one, two, two, one):
        writer.append("x", {})
    assert (one.length, two.length) == (5, 4)
    assert [each.actor for each in read_ledger(path)] == ["one", "one", "two", "two", "one"]
    assert verify_ledger(path, known=(two.length, two.head)).ok


def test_a_ledger_changed_while_it_is_in_use_is_not_added_to(path: Path, key: SigningKey, good: bytes) -> None:
    lines = good.splitlines(keepends=True)
    changes = {
        "shorter": b"".join(lines[:3]),
        "empty": b"",
        "last line edited": good.replace(b"unchanged", b"untouched"),
        "junk after": good + b"junk\n",
        "a line twice": good + lines[-1],
    }
    for name, content in changes.items():
        path.write_bytes(good)
        ledger = Ledger.open(path, key, "A")
        path.write_bytes(content)
        with pytest.raises(LedgerError, match=r"was changed while it was in use|is broken"):
            ledger.append("x", {})
        assert path.read_bytes() == content, name


def test_each_entry_is_on_the_disk_when_append_returns(
    path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, int]] = []
    real = os.fsync

    def record(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((name.name, os.fstat(descriptor).st_size if name == path else 0))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    ledger = Ledger.open(path, key, "A")
    assert synced == [("custody.jsonl", path.stat().st_size), (path.parent.name, 0)]
    ledger.append("x", {})
    assert synced[2:] == [("custody.jsonl", path.stat().st_size)]


def test_an_entry_is_one_write(path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    real = os.write

    def record(descriptor: int, content: bytes) -> int:
        written.append(content)
        return real(descriptor, content)

    monkeypatch.setattr(os, "write", record)
    ledger = Ledger.open(path, key, "A")
    ledger.append("x", {"text": "a" * 1_000_000})
    assert written == path.read_bytes().splitlines(keepends=True)


def test_the_key_in_the_ledger_is_the_one_to_check_it_with(path: Path, good: bytes) -> None:
    path.write_bytes(good)
    first = next(read_ledger(path))
    pem = first.detail["public_key"]
    assert isinstance(pem, str)
    assert PublicKey.from_pem(pem).fingerprint == first.keyid


def test_the_bound_on_a_line_is_the_one_stated() -> None:
    assert entry.MAX_LINE == 16 * 1024 * 1024
