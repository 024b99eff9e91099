"""A close that is killed at any moment leaves the case as it was or whole, and is done again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows
from echoforensics.review.room import ReviewRoom
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide
from tests.killed_at_call import killing_program

ROOT = Path(__file__).parents[4]
PASSPHRASE = "a passphrase"


def annotations_of(case: Path) -> list[str]:
    with Case.open(case) as opened:
        return sorted(row["data_type"] for row in rows(opened.store, Query(types=("annotation",))))


def close(call: int, case: Path, room: Path, key: Path, home: Path) -> int:
    """Close a room, killed at the call of a function of this number. Gives 0; or how many there were."""
    arguments = ["review", str(case), "--room", str(room), "--key", str(key), "--close"]
    done = subprocess.run(
        [sys.executable, "-c", killing_program("import echoforensics.review.closing.closing"), str(call), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "ECHOFORENSICS_PASSPHRASE": PASSPHRASE},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def test_killed_at_any_moment_leaves_the_case_as_it_was_or_whole(
    make_queue: MakeQueue, new_person: NewPerson, room: ReviewRoom, sealed: Sealed, supervisor: RoomClient,
    tmp_path: Path, series: Callable[..., Iterable[int]],
) -> None:  # fmt: skip
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    asked = rita.post(f"/api/items/{item}/redactions", ranges=[[0.1, 0.2]], reason="private")["id"]
    supervisor.post(f"/api/redactions/{asked}/decision", approve=True)
    decide(rita, item, "responsive")
    room.close()
    key = tmp_path / "key.pem"
    sealed.key.save(key, PASSPHRASE)

    def copies(name: str) -> tuple[Path, Path]:
        made = tmp_path / name / "copy", tmp_path / name / "copy.review"
        shutil.copytree(sealed.path, made[0])
        shutil.copytree(room.path, made[1])
        return made

    whole, its_room = copies("whole")
    calls = close(0, whole, its_room, key, tmp_path)
    states = [[], ["annotation:redaction"], ["annotation:codes", "annotation:redaction", "annotation:review"]]
    assert annotations_of(whole) == states[-1]
    for number in series(50, 25):
        case, its_room = copies(str(number))
        assert close(random.Random(number).randrange(1, calls), case, its_room, key, tmp_path) == 0
        assert verify_case(case, sources=False).ok
        assert annotations_of(case) in states
        close(0, case, its_room, key, tmp_path)
        assert annotations_of(case) == states[-1]
        assert verify_case(case, sources=False).ok
