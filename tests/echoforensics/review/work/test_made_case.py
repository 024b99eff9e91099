"""A case of files with hostile names, the same sound twice, and a recording of an hour; unsigned."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.review.closing.closing import close_room
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.app import make_app
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import silent
from tests.echoforensics.review.room_client import Clock, RoomClient, quick_passwords
from tests.echoforensics.review.work.conftest import decide

HOSTILE = "<img src=x onerror=hurt()>\u202e' OR 1=1; --\n\r%2e%2e.wav"


def sound(seconds: int, rate: int, value: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes(value.to_bytes(2, "little") * (seconds * rate))
    return written.getvalue()


@pytest.fixture
def room(tmp_path: Path, clock: Clock) -> Iterator[ReviewRoom]:
    folder = tmp_path / "sounds"
    folder.mkdir()
    (folder / HOSTILE).write_bytes(sound(1, 8000, 700))
    (folder / "copy.wav").write_bytes(sound(1, 8000, 700))
    (folder / "long.wav").write_bytes(sound(3600, 1000, 900))
    case = tmp_path / "case"
    extract([folder], case, None, Options(argv=("test",)), silent)
    site = Site("localhost", 8765, tls=False)
    with ReviewRoom(tmp_path / "room", [case], site, None, clock=clock, passwords=quick_passwords()) as opened:
        yield opened


def test_hostile_names_equal_sounds_and_a_long_recording(room: ReviewRoom, clock: Clock, tmp_path: Path) -> None:
    token = room.accounts.first_link()
    assert token is not None
    supervisor = RoomClient(make_app(room), room, clock).set_up(token).sign_in()
    (case,) = supervisor.get("/api/queues")["cases"]
    queue = supervisor.post("/api/queues", name="All", case=case["id"], kind="recordings")["id"]
    items = supervisor.get(f"/api/queues/{queue}/items", sort="length")["items"]

    assert [one["seconds"] for one in items] == [1.0, 3600.0], "the same bytes at two places are one item"
    shown = supervisor.get(f"/api/items/{items[0]['id']}")
    assert shown["copies"] == 1
    assert any("onerror=hurt()" in place for place in shown["recordings"][0]["places"])
    assert supervisor.http.get(shown["recordings"][0]["file"]).content == sound(1, 8000, 700)
    assert supervisor.get(f"/api/queues/{queue}/items", text="' or 1=1; --")["items"][0]["id"] == items[0]["id"]
    long = supervisor.get(f"/api/items/{items[1]['id']}")["recordings"][0]
    assert len(long["peaks"]) == 400
    room.desk.sounds.close()
    long = supervisor.get(f"/api/items/{items[1]['id']}")["recordings"][0]
    assert set(long["peaks"]) == {4}, "the outline was worked out meanwhile"
    ranged = supervisor.http.get(long["file"], headers={"range": "bytes=7000000-7000003"})
    assert (ranged.status_code, ranged.content) == (206, (900).to_bytes(2, "little") * 2)
    decide(supervisor, items[0]["id"], "responsive")
    (closed,) = close_room(room)
    assert len(closed.exhibits) == 2
    assert verify_case(tmp_path / "case", sources=False).ok
    with Case.open(tmp_path / "case") as opened:
        (line,) = [entry for entry in opened.actions() if entry.detail.get("what") == "results of a review room"]
    assert line.signature is None
