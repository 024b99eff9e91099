from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.added_records.added_files import added_files
from echoforensics.case.added_records.closed_rooms import ROOM_RESULTS
from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_with_fields
from echoforensics.review.closing.closing import close_room
from echoforensics.review.room import ReviewRoom
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, events_of, person_id


def annotations_of(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Data type, message and fields of what people wrote, by exhibit."""
    with Case.open(path) as case:
        found = sorted(rows_with_fields(case.store, Query(types=("annotation",))), key=lambda row: row["exhibit"])
        return [(row["data_type"], row["message"], json.loads(row["fields"])) for row in found]


def samples_of(content: bytes) -> bytes:
    """The samples of a WAV file."""
    with wave.open(io.BytesIO(content)) as found:
        return bytes(found.readframes(found.getnframes()))


@pytest.fixture
def reviewed(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient) -> list[str]:
    """Two people decided two clips, one otherwise than the other; a third is begun. The clips' ids."""
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul", second={"sample": 1})
    items = [one["id"] for one in rita.get(f"/api/queues/{queue}/items")["items"]]
    segments = [{"from": 0.1, "to": 0.9, "text": "turn on the light", "unsure": [[12, 17]]}]
    rita.put(f"/api/items/{items[0]}/transcript", version=0, segments=segments)
    rita.post(f"/api/items/{items[0]}/notes", version=1, text="A radio is on.")
    decide(rita, items[0], "responsive", "child")
    decide(saul, items[0], "responsive")
    supervisor.post(f"/api/disagreements/{items[0]}/settle", codes=["responsive"], note="An adult.")
    decide(rita, items[1])
    decide(saul, items[1])
    rita.post(f"/api/items/{items[2]}/notes", version=0, text="begun")
    return items


def test_what_is_finished_is_signed_into_the_case(
    reviewed: list[str], room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    before = sealed.path.joinpath("custody.jsonl").read_bytes()
    answer = supervisor.post("/api/close", confirm=True)
    found = annotations_of(sealed.path)

    assert answer == {"cases": [{"case": "copy", "exhibits": 8, "known": 0, "redactions": 0}]}
    assert [kind for kind, _, _ in found] == [
        "annotation:codes", "annotation:transcript", "annotation:note", "annotation:second_opinion",
        "annotation:settled", "annotation:codes", "annotation:second_opinion", "annotation:review",
    ]  # fmt: skip
    words = [message for _, message, _ in found]
    assert words[0].startswith("Codes by Rita, 2026-07-02 ")
    assert words[0].endswith(" UTC: Child speaking, Responsive.")
    assert words[1].endswith(' UTC: "turn on the [light?]".')
    assert words[2].endswith(' UTC: "A radio is on.".')
    assert words[3].startswith("Second opinion, given without knowing of the first, by Saul, ")
    assert words[4].startswith("Two people decided otherwise; settled by Supervisor, ")
    assert words[4].endswith(': Responsive. "An adult."')
    assert words[5].endswith(": none of the room's codes.")
    assert words[7] == "Review: 2 of 6 items decided by Rita, Saul; 2 heard by two people, who differ on 1."
    fields = found[1][2]
    assert (fields["author"], fields["turn"], fields["segments"][0]["unsure"]) == ("Rita", 1, [[12, 17]])
    assert fields["date"].startswith("2026-07-02T")
    figures = {one["code"]: one for one in found[7][2]["agreement"]}
    assert (figures["responsive"]["kappa"], figures["child"]["kappa"]) == (1.0, 0.0)
    assert not any("begun" in message for message in words), "what is not finished is not closed"
    assert sealed.path.joinpath("custody.jsonl").read_bytes().startswith(before)
    assert verify_case(sealed.path, sources=False).ok


def test_the_ledger_of_the_case_has_the_head_of_the_audit(
    reviewed: list[str], room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    supervisor.post("/api/close", confirm=True)
    with Case.open(sealed.path) as case:
        (line,) = [entry for entry in case.actions() if entry.detail.get("what") == ROOM_RESULTS]

    assert line.actor == "Supervisor"
    detail: Any = line.detail
    assert detail["room"]["path"] == str(room.path.absolute())
    assert detail["authors"] == ["Rita", "Saul"]
    ledger = (room.path / "audit.jsonl").read_bytes().splitlines()
    length = detail["audit"]["length"]
    assert json.loads(ledger[length - 1])["entry"]["action"] == "closing"
    assert json.loads(ledger[length])["entry"]["prev"] == detail["audit"]["head"]


def test_closing_again_adds_only_what_is_new(
    reviewed: list[str], room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    supervisor.post("/api/close", confirm=True)
    lines = sealed.path.joinpath("custody.jsonl").read_bytes()
    (again,) = close_room(room)

    assert (again.exhibits, again.known) == ((), 8)
    assert sealed.path.joinpath("custody.jsonl").read_bytes() == lines
    decide(supervisor, reviewed[3], "unsure")
    (more,) = close_room(room)
    assert (len(more.exhibits), more.known) == (2, 7)
    assert [kind for kind, _, _ in annotations_of(sealed.path)][-2:] == ["annotation:codes", "annotation:review"]
    assert verify_case(sealed.path, sources=False).ok


def test_an_approved_redaction_is_made_and_a_refused_one_is_not(
    make_queue: MakeQueue, new_person: NewPerson, room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    asked = [
        rita.post(f"/api/items/{item}/redactions", ranges=[[start, start + 0.1]], reason="privileged")["id"]
        for start in (0.1, 0.3)
    ]
    # Who asked and who decides can hear it first; nobody else, and who lost the queue no more.
    heard = [one.http.get(f"/api/redactions/{asked[0]}/sound") for one in (rita, supervisor)]
    assert {one.headers["content-type"] for one in heard} == {"audio/wav"}
    new_person("eve").get(f"/api/redactions/{asked[0]}/sound", 404)
    supervisor.patch(f"/api/people/{person_id(supervisor, 'rita')}", queues=[])
    rita.get(f"/api/redactions/{asked[0]}/sound", 404)
    assert [one["who"] for one in events_of(supervisor, "redaction heard")] == ["rita", "supervisor"]
    supervisor.post(f"/api/redactions/{asked[0]}/decision", approve=True)
    supervisor.post(f"/api/redactions/{asked[1]}/decision", approve=False)
    answer = supervisor.post("/api/close", confirm=True)

    assert answer["cases"][0]["redactions"] == 1
    ((kind, message, fields),) = annotations_of(sealed.path)
    assert kind == "annotation:redaction"
    assert "privileged (asked for by Rita, approved by Supervisor)" in message
    made = {one["id"]: one["copy"] for one in supervisor.get("/api/redactions")["redactions"]}
    assert made[asked[1]] is None
    assert made[asked[0]] in json.dumps(fields)
    with added_files(sealed.path).open(made[asked[0]]) as copy:
        assert {samples_of(one.content) for one in heard} == {samples_of(copy.read())}
    assert supervisor.post("/api/close", confirm=True)["cases"][0]["redactions"] == 0
    assert verify_case(sealed.path, sources=False).ok


def test_copies_of_one_sound_and_interactions_get_their_records(
    make_queue: MakeQueue, new_person: NewPerson, room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    rita = new_person()
    queue = make_queue("rita", kind="interactions", filter={"text": "lights"})
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    shown = rita.get(f"/api/items/{item}")
    decide(rita, item, "responsive")
    supervisor.post("/api/close", confirm=True)

    number = shown["interaction"]["number"]
    assert annotations_of(sealed.path)[0][2]["interaction"] == number
    with Case.open(sealed.path) as case:
        assert [one.data_type for one in case.interaction(number).annotations] == [
            "annotation:codes", "annotation:review",
        ]  # fmt: skip
    again = rita.get(f"/api/items/{item}")["interaction"]["annotations"]
    assert [one["data_type"] for one in again] == ["annotation:codes", "annotation:review"], "the room reads it anew"


def test_closing_is_for_supervisors_and_is_confirmed(new_person: NewPerson, supervisor: RoomClient) -> None:
    new_person().post("/api/close", 403, confirm=True)
    assert "confirm it" in supervisor.post("/api/close", 400, confirm=False)["error"]
    assert supervisor.post("/api/close", confirm=True)["cases"][0]["exhibits"] == 0


def test_a_case_that_changed_is_not_closed_into(
    reviewed: list[str], room: ReviewRoom, sealed: Sealed, supervisor: RoomClient
) -> None:
    recording = next(path for path in (sealed.path / "artefacts").rglob("*") if path.is_file())
    recording.chmod(0o644)
    recording.write_bytes(b"other")
    before = sealed.path.joinpath("custody.jsonl").read_bytes()

    refused = supervisor.post("/api/close", 400, confirm=True)["error"]
    assert "not as it was sealed" in refused
    assert sealed.path.joinpath("custody.jsonl").read_bytes() == before


def test_verify_checks_the_audit_where_the_room_is_and_says_so_where_it_is_not(
    reviewed: list[str], room: ReviewRoom, sealed: Sealed, supervisor: RoomClient, tmp_path: Path
) -> None:
    supervisor.post("/api/close", confirm=True)
    decide(supervisor, reviewed[3])
    supervisor.post("/api/close", confirm=True)
    room.close()
    whole = verify_case(sealed.path, sources=False)
    (check,) = [one for one in whole.checks.checks if one.name.startswith("review room")]
    assert check.ok
    assert check.detail.startswith("the audit is whole, and holds the ")

    moved = room.path.rename(tmp_path / "elsewhere")
    away = verify_case(sealed.path, sources=False)
    assert away.ok
    assert any("the room is not in its recorded place" in note and "--expect-head" in note for note in away.notes)
    beside = moved.rename(sealed.path.with_name("copy.review"))
    assert [one.name for one in verify_case(sealed.path, sources=False).checks.checks if "copy.review" in one.name]

    audit = beside / "audit.jsonl"
    lines = audit.read_bytes().splitlines(keepends=True)
    spoilt = {
        "an edited line": [line.replace(b'"saul"', b'"rita"') for line in lines],
        "a line taken out": lines[:5] + lines[6:],
        "lines cut off": lines[:20],
    }
    for what, content in spoilt.items():
        audit.write_bytes(b"".join(content))
        found = verify_case(sealed.path, sources=False)
        assert not found.ok, what
        assert [one.name for one in found.checks.checks if not one.ok] == ["review room copy.review"], what
