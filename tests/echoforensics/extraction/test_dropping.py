"""What a court orders out of a case goes, bytes and words; its digest and the reason stay, and all else verifies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from chain_of_custody.keys import SigningKey
from echoforensics.case.custody.names import DROPPED
from echoforensics.cli.main import cli
from echoforensics.errors import CaseError, UsageError
from echoforensics.extraction import dropping
from echoforensics.extraction.dropping import drop_artefacts
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.report.bundle import write_report
from echoforensics.verification import verify_case

REASON = "Order of the court of 3 March"


def _rows(case: Path) -> dict[str, dict[str, Any]]:
    with open_case(case) as opened:
        return {row["exhibit"]: dict(row) for row in opened.rows()}


@pytest.fixture
def dropped(sealed: Any, copy_of_sealed: Path) -> tuple[Path, str, str]:
    """A case from which a recording with an utterance was dropped, its exhibit, and the SHA-256."""
    rows = _rows(copy_of_sealed)
    exhibit = next(name for name, row in rows.items() if row["data_type"].startswith("recording:"))
    drop_artefacts(copy_of_sealed, [exhibit], REASON, sealed.key, "Tester")
    return copy_of_sealed, exhibit, rows[exhibit]["sha256"]


def test_the_bytes_and_what_they_say_are_gone_and_the_rest_verifies(
    sealed: Any, dropped: tuple[Path, str, str], tmp_path: Path
) -> None:
    case, exhibit, sha256 = dropped
    before, after = {row["exhibit"]: row for row in sealed.rows()}, _rows(case)

    assert after.keys() == before.keys()
    assert after[exhibit]["message"].startswith(f"Removed from this case: {REASON}")
    assert (after[exhibit]["datetime"], after[exhibit]["recording"], after[exhibit]["transcript"]) == (None, None, None)
    assert not [row for row in after.values() if row["recording"] == sha256]
    assert not list((case / "artefacts").rglob(sha256))
    # The values of a sentence are stored once for each record, its words once for all of a kind.
    (words,) = re.findall(rb"^A recording of (\d+\.\d+) s ", before[exhibit]["message"].encode())
    assert words in (sealed.path / "case.db").read_bytes()
    assert words not in (case / "case.db").read_bytes()
    result = verify_case(case)
    assert (result.ok, result.complete) == (True, True)
    assert f"1 artefact was removed from the case; reason: {REASON}" in result.notes
    with open_case(case) as opened:
        entry = next(entry for entry in opened.actions() if entry.action == DROPPED)
        assert [found["sha256"] for found in cast("list[dict[str, Any]]", entry.detail["artefacts"])] == [sha256]
        assert entry.detail["reason"] == REASON
        write_report(opened, tmp_path / "report")
        with pytest.raises(UsageError, match="Removed from this case"):
            opened.trace(exhibit)


def test_what_other_files_say_stays(sealed: Any, dropped: tuple[Path, str, str]) -> None:
    case, exhibit, _ = dropped
    before, after = {row["exhibit"]: row for row in sealed.rows()}, _rows(case)
    gone = {name for name, row in after.items() if row["message"].startswith("Removed from this case")}
    assert exhibit in gone
    assert len(gone) < 5
    for name in before.keys() - gone:
        changed = {key for key, value in dict(before[name]).items() if after[name][key] != value}
        assert changed <= {"recording", "corroborated_by", "utterance_id", "device_serial", "device_type", "message"}, (
            name
        )
        assert not gone & set(after[name]["corroborated_by"])


def test_a_text_is_no_longer_found(sealed: Any, copy_of_sealed: Path) -> None:
    rows = _rows(copy_of_sealed)
    exhibit = next(name for name, row in rows.items() if row["data_type"] == "alexa:cloud:activity")
    with open_case(copy_of_sealed) as case:
        words = case.row(exhibit)["transcript"] or "lights"
        assert len(case.rows(search=words)) > 0
    drop_artefacts(copy_of_sealed, [exhibit], REASON, sealed.key, "Tester")
    with open_case(copy_of_sealed) as case:
        path = rows[exhibit]["path"]
        assert not [row for row in case.rows(search=words) if row["path"] == path]
        assert len(case.rows(search="Order of the court")) > 0
    assert verify_case(copy_of_sealed).ok


@pytest.mark.parametrize("at", ["before the lines", "after the lines"])
def test_a_run_that_is_interrupted_is_completed_by_the_same_command(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    arguments = (copy_of_sealed, ["2"], REASON, sealed.key, "Tester")
    name = "_put_in_place" if at == "after the lines" else "file_digest"
    with monkeypatch.context() as killed:

        def kill(*_: object) -> None:
            raise KeyboardInterrupt

        killed.setattr(dropping, name, kill)
        with pytest.raises(KeyboardInterrupt):
            drop_artefacts(*arguments)
    if at == "before the lines":
        assert verify_case(copy_of_sealed, sources=False).ok
    removed = drop_artefacts(*arguments)
    assert (removed is None) is (at == "after the lines")
    assert verify_case(copy_of_sealed).ok


def test_what_cannot_be_dropped_is_refused(sealed: Any, dropped: tuple[Path, str, str], tmp_path: Path) -> None:
    case, exhibit, _ = dropped
    with pytest.raises(UsageError, match="was dropped before"):
        drop_artefacts(case, [exhibit], REASON, sealed.key, "Tester")
    with pytest.raises(UsageError, match="there is no exhibit"):
        drop_artefacts(case, ["EF-9999999"], REASON, sealed.key, "Tester")
    with pytest.raises(UsageError, match="give a reason"):
        drop_artefacts(case, ["1"], " ", sealed.key, "Tester")
    with pytest.raises(CaseError, match="signed with another key"):
        drop_artefacts(case, ["1"], REASON, SigningKey.generate(), "Tester")
    with pytest.raises(CaseError, match="no evidence can be added"):
        extract(sealed.sources[:1], case, sealed.key, Options("Tester", argv=("test",)), lambda *_: None)
    with (case / "case.db").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(CaseError, match="is not the file that was sealed"):
        drop_artefacts(case, ["1"], REASON, sealed.key, "Tester")


def test_the_command(tmp_path: Path) -> None:
    source, case = tmp_path / "source", tmp_path / "case"
    source.mkdir()
    activity = {
        "id": "A#1",
        "creationTimestamp": 1500272431000,
        "activityStatus": "SUCCESS",
        "description": json.dumps({"summary": "stop"}),
    }
    (source / "activities.json").write_text(json.dumps({"activities": [activity]}))
    extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    command = ["case", "drop", str(case), "1", "--reason", REASON, "--examiner", "E", "--unsigned"]
    done = CliRunner().invoke(cli, [*command, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["exhibits"] == ["EF-0000001"]
    assert verify_case(case).ok
