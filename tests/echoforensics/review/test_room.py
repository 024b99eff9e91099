"""A room: what it is opened on, what is refused, and that a killed server loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import read
from echoforensics.errors import CaseError, UnverifiedCaseError, UsageError
from echoforensics.review import installed
from echoforensics.review.audit.room_check import verify_room
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import OpenRoom
from tests.echoforensics.review.room_client import quick_passwords

ROOT = Path(__file__).parents[3]
SITE = Site("localhost", 8765, tls=False)


def test_the_case_is_not_touched(room: ReviewRoom, sealed: Sealed) -> None:
    room.close()

    assert sorted(path.name for path in sealed.path.iterdir()) == [
        "artefacts",
        "case.db",
        "custody.head",
        "custody.jsonl",
    ]
    assert sorted(path.name for path in room.path.iterdir()) == [
        "audit.checked", "audit.head", "audit.jsonl", "codes.yaml", "room.db", "second-factors.key",
    ]  # fmt: skip


def test_a_second_server_on_one_room_is_refused(open_room: OpenRoom, room: ReviewRoom) -> None:
    with pytest.raises(CaseError, match="another server has this review room open"):
        open_room(room.path)


def test_a_room_is_opened_again_after_it_was_closed(open_room: OpenRoom, room: ReviewRoom) -> None:
    room.close()
    again = open_room(room.path)

    whats = [event.what for event in again.audit.events()]

    assert whats == ["server started", "server stopped", "server started"]


def test_a_case_whose_seal_fails_is_refused(copy_of_sealed: Path, signing_key: SigningKey, tmp_path: Path) -> None:
    with (copy_of_sealed / "case.db").open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"altered")

    with pytest.raises(UnverifiedCaseError, match="only a case that is as it was sealed"):
        ReviewRoom(tmp_path / "room", [copy_of_sealed], SITE, signing_key)
    assert not (tmp_path / "room").exists()


def test_a_room_in_a_case_is_refused(sealed: Sealed, signing_key: SigningKey) -> None:
    with pytest.raises(UsageError, match="lies within the case"):
        ReviewRoom(sealed.path / "room", [sealed.path], SITE, signing_key)


def test_a_case_is_no_room(sealed: Sealed, copy_of_sealed: Path, signing_key: SigningKey) -> None:
    with pytest.raises(CaseError, match="is a case folder"):
        ReviewRoom(copy_of_sealed, [sealed.path], SITE, signing_key)


def test_the_same_case_twice_is_refused(
    sealed: Sealed, copy_of_sealed: Path, signing_key: SigningKey, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="same case"):
        ReviewRoom(tmp_path / "room", [sealed.path, copy_of_sealed], SITE, signing_key)


def test_another_key_is_refused(room: ReviewRoom, sealed: Sealed) -> None:
    room.close()

    with pytest.raises(CaseError, match="signed with another key"):
        ReviewRoom(room.path, [sealed.path], SITE, SigningKey.generate(), passwords=quick_passwords())


def test_what_is_opened_is_let_go_of_where_opening_fails(
    room: ReviewRoom, sealed: Sealed, refuses: Callable[..., None]
) -> None:
    room.close()
    (room.path / "audit.jsonl").write_text("no ledger\n")

    refuses(
        CaseError, "cannot be added to", room.path,
        lambda: ReviewRoom(room.path, [sealed.path], SITE, None, passwords=quick_passwords()),
    )  # fmt: skip


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    installed.refuse_without_libraries()
    monkeypatch.setattr(installed, "_LIBRARIES", ("starlette", "no-such-library-at-all"))

    with pytest.raises(UsageError, match=r"\(no-such-library-at-all\): pip install 'echoforensics\[review\]'"):
        installed.refuse_without_libraries()


#: Records events in a room, one after the other, and says each that is saved; until it is killed.
_RECORDER = """
import sys
from pathlib import Path
from echoforensics.review.audit.audit_ledger import AuditLedger
from echoforensics.review.store.room_database import RoomDatabase, set_setting
folder = Path(sys.argv[1])
database = RoomDatabase(folder / "room.db")
ledger = AuditLedger(folder, database, None)
for number in range(100000):
    with database.transaction() as change:
        set_setting(change, "saved", str(number))
        change.record("rita", "play", "item-1", text=f"note {number}")
    print(number, flush=True)
"""


def test_a_killed_server_loses_nothing_that_was_shown_as_saved(
    tmp_path: Path, series: Callable[..., list[int]]
) -> None:
    for number in series(40):
        folder = tmp_path / str(number)
        folder.mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", _RECORDER, str(folder)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as recorder:  # fmt: skip
            assert recorder.stdout is not None
            shown = [recorder.stdout.readline() for _ in range(1 + number % 20)]
            recorder.send_signal(signal.SIGKILL)
            shown += recorder.stdout.readlines()
        saved = int(shown[-1] if shown[-1].endswith("\n") else shown[-2])

        assert verify_room(folder).ok
        in_ledger = [entry.detail["number"] for entry in read(folder / "audit.jsonl") if "number" in entry.detail]
        assert len(in_ledger) >= saved + 1
        assert in_ledger == list(range(1, len(in_ledger) + 1))
