"""The secrets of authenticator apps: a copy of the database alone gives nobody a second factor."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.errors import CaseError
from echoforensics.review.people.secret_box import KEY_FILE, SecretBox
from echoforensics.review.room import ReviewRoom
from echoforensics.review.store.room_database import RoomDatabase
from echoforensics.review.store.schema import SCHEMA_VERSION
from tests.echoforensics.review.conftest import OpenRoom
from tests.echoforensics.review.earlier_room import AS_VERSION_2
from tests.echoforensics.review.room_client import RoomClient


def _run(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "room.db")) as db, db:
        for each in statements:
            db.execute(each)


def test_no_file_of_a_room_but_the_key_opens_a_secret(supervisor: RoomClient, room: ReviewRoom) -> None:
    link = supervisor.post("/api/people", name="rita", display="Rita", role="reader")["link"]
    offered = supervisor.get(f"/api/set-up/{link.rpartition('/')[2]}")["totp"]["secret"]
    room.close()

    content = b"".join(path.read_bytes() for path in room.path.iterdir() if path.name != KEY_FILE)

    assert supervisor.secret.encode() not in content
    assert offered.encode() not in content
    assert stat.S_IMODE((room.path / KEY_FILE).stat().st_mode) == 0o600


def test_a_secret_is_bound_to_its_account(tmp_path: Path) -> None:
    box = SecretBox(tmp_path, RoomDatabase(tmp_path / "room.db"))
    sealed = box.seal("rita", "JBSWY3DPEHPK3PXP")

    assert box.open("rita", sealed) == "JBSWY3DPEHPK3PXP"
    assert box.open("eve", sealed) is None
    for wrong in (None, "", "JBSWY3DPEHPK3PXP", "gcm:", "gcm:?", sealed[:-4], sealed[:-4] + "AAAA", "gcm:é"):
        assert box.open("rita", wrong) is None, wrong
    assert SecretBox(tmp_path, RoomDatabase(tmp_path / "room.db")).open("rita", sealed) == "JBSWY3DPEHPK3PXP"


def test_a_room_of_the_version_before_gets_its_secrets_sealed(
    supervisor: RoomClient, room: ReviewRoom, open_room: OpenRoom
) -> None:
    room.close()
    (room.path / KEY_FILE).unlink()
    _run(
        room.path,
        f"UPDATE people SET totp_secret = '{supervisor.secret}'",
        *AS_VERSION_2,
        "PRAGMA user_version = 1",
        "DELETE FROM settings WHERE key = 'key of second factors'",
    )

    again = open_room()
    with again.database.reading() as db:
        ((kept,),) = db.execute("SELECT totp_secret FROM people").fetchall()
        ((version,),) = db.execute("PRAGMA user_version").fetchall()
        ((person,),) = db.execute("SELECT id FROM people").fetchall()
    again.close()

    assert version == SCHEMA_VERSION
    assert again.secrets.open(person, kept) == supervisor.secret
    content = b"".join(path.read_bytes() for path in room.path.glob("room.db*"))
    assert supervisor.secret.encode() not in content


@pytest.mark.parametrize("lost", [True, False])
def test_a_key_that_is_lost_is_renewed_only_on_request(
    supervisor: RoomClient, room: ReviewRoom, open_room: OpenRoom, lost: bool
) -> None:
    room.close()
    if lost:
        (room.path / KEY_FILE).unlink()
    else:
        (room.path / KEY_FILE).write_text("0" * 64 + "\n")

    again = open_room()
    with pytest.raises(CaseError, match="--new-link NAME for a supervisor"):
        again.secrets.refuse_if_lost()
    with pytest.raises(CaseError, match="is missing, or the key of another room"):
        again.accounts.new_link_for("supervisor")
    again.secrets.renew()
    assert again.accounts.what_link_offers(again.accounts.new_link_for("supervisor"))["totp"]["secret"]


def test_a_file_that_holds_no_key_is_refused(room: ReviewRoom, open_room: OpenRoom) -> None:
    room.close()
    (room.path / KEY_FILE).write_text("secret")

    with pytest.raises(CaseError, match="does not hold the key of this room"):
        open_room()
