"""What somebody changes in ``room.db`` by hand is found, and neither served nor closed into a case."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from echoforensics.errors import CaseError
from echoforensics.review.audit.replay import contradictions
from echoforensics.review.audit.room_check import verify_room
from echoforensics.review.room import ReviewRoom
from echoforensics.review.store.schema import SCHEMA
from tests.echoforensics.review.conftest import NewPerson, OpenRoom
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, person_id


def test_each_change_by_hand_is_found(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient, room: ReviewRoom, open_room: OpenRoom
) -> None:
    rita, eve, ed = new_person(), new_person("eve"), new_person("ed", "examiner")
    queue = make_queue("rita", "eve", second={"sample": 1})
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    segments = [{"from": 0, "to": 0.5, "text": "hello"}]
    rita.put(f"/api/items/{item}/transcript", version=0, segments=segments)
    rita.post(f"/api/items/{item}/notes", version=1, text="a note")
    rita.post(f"/api/items/{item}/notes", version=2, text="another")
    rita.post(f"/api/items/{item}/undo", version=3)
    decide(rita, item, "responsive")
    supervisor.post(f"/api/items/{item}/assign", person=person_id(supervisor, "eve"), turn=2)
    decide(eve, item, "child")
    ed.post(f"/api/disagreements/{item}/settle", codes=["child"], note="heard it")
    asked = rita.post(f"/api/items/{item}/redactions", ranges=[[0.1, 0.2]], reason="private")["id"]
    supervisor.patch(f"/api/people/{person_id(supervisor, 'ed')}", active=False)
    room.close()

    with closing(sqlite3.connect(room.path / "room.db")) as db:
        assert list(contradictions(db)) == []
        for changed, found in (
            ("UPDATE decisions SET codes = '[\"privileged\"]' WHERE turn = 1", "by the first listener is not as"),
            ("UPDATE decisions SET notes = 'x' WHERE turn = 2", "by the second listener is not as"),
            ("UPDATE decisions SET finished_by = 'x'", "listener is not as the audit has it"),
            ("UPDATE decisions SET transcript = replace(transcript, '0.5', '0.4')", "by the first listener is not as"),
            ("DELETE FROM decisions", "listener is missing"),
            ("UPDATE changes SET person = (SELECT id FROM people WHERE name = 'ed')", "listener is not as"),
            ("UPDATE changes SET undone = 0", "by the first listener is not as"),
            ("UPDATE disagreements SET codes = '[]'", "was settled is not as"),
            ("UPDATE disagreements SET codes = NULL, settled_at = NULL", "was settled is not as"),
            ("DELETE FROM disagreements", "the disagreement on EF-"),
            ("UPDATE redactions SET approved = 1, decided_at = 1", f"the request for redaction {asked} is not as"),
            ("UPDATE redactions SET ranges = '[[0, 1]]'", "the request for redaction"),
            ("DELETE FROM redactions", "the request for redaction"),
            ("UPDATE people SET role = 'supervisor'", "the account ed is not as the audit has it"),
            ("UPDATE people SET active = 1", "the account ed is not as the audit has it"),
            ("UPDATE people SET display = 'Eve' WHERE name = 'rita'", "another name for others"),
            ("UPDATE people SET name = 'x' WHERE name = 'rita'", "the account rita of the audit is missing"),
        ):
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute(changed)
            assert found in " ".join(contradictions(db)), changed
            db.rollback()
        db.execute("UPDATE decisions SET notes = 'x'")
        db.commit()

    checks = {check.name: check for check in verify_room(room.path).checks.checks}
    assert {name for name, check in checks.items() if not check.ok} == {"work"}
    with pytest.raises(CaseError, match="was changed outside of the room"):
        open_room()


def test_events_that_no_server_wrote_are_no_error() -> None:
    """A row that somebody puts behind the events is signed by nobody yet."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        for what in ("code", "undo", "settled", "redacted", "redaction approved", "person changed"):
            for details in ("[]", "{}", '{"turn": [], "version": {}}', '{"role": [1]}'):
                db.execute(
                    "INSERT INTO events (at, who, what, about, details) VALUES (1, '', ?, '', ?)", (what, details)
                )

        assert all(contradictions(db))
