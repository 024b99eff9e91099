from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.examiner_key import create_key
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.app import make_app
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import silent
from tests.echoforensics.review.room_client import Clock, RoomClient, quick_passwords
from tests.echoforensics.review.work.conftest import decide


def test_the_command_closes_a_room_and_says_what_that_came_to(
    sample_sources: list[Path], tmp_path: Path, clock: Clock
) -> None:
    case, key_file = tmp_path / "case", tmp_path / "key.pem"
    key = create_key(key_file, None, name="Tester")[0]
    extract(sample_sources, case, key, Options("Tester", argv=("test",)), silent)
    folder = tmp_path / "case.review"
    with ReviewRoom(
        folder, [case], Site("localhost", 8765, tls=False), key, clock=clock, passwords=quick_passwords()
    ) as room:
        token = room.accounts.first_link()
        assert token
        supervisor = RoomClient(make_app(room), room, clock).set_up(token).sign_in()
        (named,) = supervisor.get("/api/queues")["cases"]
        queue = supervisor.post("/api/queues", name="All", case=named["id"], kind="recordings")["id"]
        decide(supervisor, supervisor.post(f"/api/queues/{queue}/next")["id"], "responsive")
    arguments = ["review", str(case), "--key", str(key_file), "--close"]
    nowhere = CliRunner().invoke(cli, [*arguments, "--room", str(tmp_path / "other")])
    assert "other: there is no review room to close" in str(nowhere.exception)
    assert not (tmp_path / "other").exists()
    with ReviewRoom(tmp_path / "empty", [case], Site("localhost", 8765, tls=False), key):
        pass
    nothing = CliRunner().invoke(cli, [*arguments, "--room", str(tmp_path / "empty")])
    assert nothing.output == "case: 0 records added: nothing in the room is finished\n"
    first, again = (CliRunner().invoke(cli, arguments) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert first.output.startswith("case: 2 records added, EF-")
    assert again.output == "case: 0 records added; the case had 2\n"
    answer = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).output)
    assert answer == {"cases": [{"case": "case", "exhibits": [], "known": 2, "redactions": 0}]}
    assert verify_case(case).ok
    (folder / "codes.yaml").write_text("codes: []")
    refused = CliRunner().invoke(cli, arguments)
    assert refused.exit_code != 0
    assert "codes.yaml: is to hold one list" in str(refused.exception)
