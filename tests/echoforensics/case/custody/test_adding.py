"""Records are added to a sealed case: existing exhibits stay, the seal covers them, and a killed run is completed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import Ledger
from chain_of_custody.ledger import read as read_ledger
from echoforensics.case.added_records.addition import OF_ITS_EXHIBIT, Addition
from echoforensics.case.case import Case
from echoforensics.case.counts import parsers
from echoforensics.case.custody import adding, announced
from echoforensics.case.custody.adding import AddedRecords, AddingRun
from echoforensics.case.custody.matter import describe_matter
from echoforensics.case.custody.names import ADDED, LEDGER, MERGED, READ, SEALED
from echoforensics.case.sealing.changes import ChangesSinceSeal
from echoforensics.case.sealing.seal import table_digests
from echoforensics.errors import CaseError, UsageError
from echoforensics.extraction import run as extraction_run
from echoforensics.extraction.dropping import drop_artefacts
from echoforensics.extraction.merging import left_behind, merge_cases
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.verification import verify_case

FAMILIES = ["machine", "annotation"]


def _addition(about: str, words: str = "Speech from 0.10 s to 0.90 s", kind: str = "machine:speech") -> Addition:
    return Addition(about, kind, "1", f"Machine finding: {words}.", words, {"words": words})


def _add(case: Path, key: SigningKey | None, *additions: Addition) -> AddedRecords:
    with closing(AddingRun(case, key, "Tester")) as run:
        return run.add(additions, {"what": "a test"})


def _rows(case: Path, types: Sequence[str] = ()) -> list[dict[str, Any]]:
    with open_case(case) as opened:
        return [dict(row) for row in opened.rows(types=types)]


def _recording(case: Path) -> dict[str, Any]:
    """A recording that is of an interaction, and has a time."""
    found = _rows(case, ["recording"])
    return next(row for row in found if row["interaction"] and row["datetime"])


def test_an_addition_follows_and_changes_nothing(sealed: Any, copy_of_sealed: Path) -> None:
    before, recording = _rows(copy_of_sealed), _recording(copy_of_sealed)
    added = _add(copy_of_sealed, sealed.key, _addition(recording["exhibit"]))
    after = _rows(copy_of_sealed)

    last = max(row["exhibit"] for row in before)
    assert added.exhibits == (f"EF-{int(last[3:]) + 1:07}",)
    (row,) = [row for row in after if row not in before]
    assert [kept for kept in after if kept is not row] == before
    for name in ("datetime", "recorded_time", "clock", "device_serial", "utterance_id", "interaction", "sha256"):
        assert row[name] == recording[name], name
    assert row["recording"] == recording["sha256"]
    assert (row["timestamp_desc"], row["data_type"], row["transcript"]) == (OF_ITS_EXHIBIT, "machine:speech", None)
    assert row["message"] == "Machine finding: Speech from 0.10 s to 0.90 s."
    result = verify_case(copy_of_sealed)
    assert (result.ok, result.complete, result.notes[1:]) == (True, True, [])


def test_it_is_found_and_shown_apart_from_evidence(sealed: Any, copy_of_sealed: Path) -> None:
    recording = _recording(copy_of_sealed)
    with open_case(copy_of_sealed) as case:
        before, texts = case.interaction(recording["interaction"]), [found.texts for found in case.recordings()]
    note = Addition(recording["exhibit"], "annotation:note", "1", 'Note by R: "two voices".', "n", {"author": "R"})
    _add(copy_of_sealed, sealed.key, _addition(recording["exhibit"], "zebra"), note)

    with open_case(copy_of_sealed) as case:
        after = case.interaction(recording["interaction"])
        assert [found.texts for found in case.recordings()] == texts
        assert not any(":" in name for name, _ in parsers(case.store))
        assert [row["exhibit"] for row in case.rows(search="ZEBRA")] == [after.machine[0].exhibit]
        assert [found.number for found in case.interactions(search="two voices")] == [after.number]
        shown = {row["exhibit"] for row in case.rows(interaction=after.number)}
        assert {after.machine[0].exhibit, after.annotations[0].exhibit} <= shown
    assert (after.members, after.sources, after.sentence) == (before.members, before.sources, before.sentence)
    assert (before.machine, before.annotations) == ((), ())
    assert after.machine[0].about == recording["exhibit"]
    assert after.annotations[0].says == 'Note by R: "two voices".'
    json.dumps(after.as_json())


def test_the_same_again_adds_nothing(sealed: Any, copy_of_sealed: Path) -> None:
    _add(copy_of_sealed, sealed.key, _addition("1"), _addition("2"))
    lines = (copy_of_sealed / LEDGER).read_bytes()
    again = _add(copy_of_sealed, sealed.key, _addition("EF-0000001"), _addition("2"))
    assert (again.exhibits, again.known) == ((), 2)
    assert (copy_of_sealed / LEDGER).read_bytes() == lines
    more = _add(copy_of_sealed, sealed.key, _addition("1"), _addition("1", "another model"))
    assert (len(more.exhibits), more.known) == (1, 1)
    assert len(_rows(copy_of_sealed, FAMILIES)) == 3


def test_the_ledger_says_what_was_added(sealed: Any, copy_of_sealed: Path) -> None:
    added = _add(copy_of_sealed, sealed.key, _addition("1"), _addition("2"))
    with open_case(copy_of_sealed) as case:
        line, seal = list(case.actions())[-2:]
    assert (line.action, seal.action) == (ADDED, SEALED)
    assert (line.detail["what"], line.detail["count"]) == ("a test", 2)
    assert line.detail["exhibits"] == list(added.exhibits)
    assert line.detail["database"] == seal.detail["database"]
    assert line.detail["tables"] == seal.detail["tables"]
    with Case.open(copy_of_sealed) as case:
        assert table_digests(case.store) == seal.detail["tables"]


@pytest.mark.parametrize("at", ["copied", "line", "exchange", "seal", "head"])
def test_a_run_that_is_killed_leaves_a_case_that_opens_and_is_completed(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        if at == "copied":
            killed.setattr(ChangesSinceSeal, "digests", kill)
        elif at == "line":
            killed.setattr(Ledger, "append", kill)
        elif at == "exchange":
            killed.setattr(Path, "replace", kill)
        else:
            killed.setattr(adding, "seal_announced", kill) if at == "seal" else killed.setattr(
                announced, "write_head", kill
            )
        with pytest.raises(KeyboardInterrupt):
            _add(copy_of_sealed, sealed.key, _addition("1"))

    in_place = at in ("seal", "head")
    assert len(_rows(copy_of_sealed, FAMILIES)) == in_place
    result = verify_case(copy_of_sealed, sources=False)
    assert (result.ok, result.complete) == (True, True)

    again = _add(copy_of_sealed, sealed.key, _addition("1"))
    assert again.known == (at in ("exchange", "seal", "head"))
    assert len(_rows(copy_of_sealed, FAMILIES)) == 1
    assert verify_case(copy_of_sealed).ok
    assert not (copy_of_sealed / announced.RENEWED).exists()


def test_an_announced_database_that_is_lost_is_made_again(
    sealed: Any, copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", kill)
        with pytest.raises(KeyboardInterrupt):
            _add(copy_of_sealed, sealed.key, _addition("1"))
    (copy_of_sealed / announced.RENEWED).write_bytes(b"something else")
    assert _add(copy_of_sealed, sealed.key, _addition("1")).known == 0
    assert verify_case(copy_of_sealed).ok


def test_what_cannot_be_added_to_is_refused(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no exhibit EF-9999999"):
        _add(copy_of_sealed, sealed.key, _addition("1"), _addition("EF-9999999"))
    assert verify_case(copy_of_sealed).ok
    assert not _rows(copy_of_sealed, FAMILIES)
    with pytest.raises(CaseError, match="signed with another key"):
        _add(copy_of_sealed, SigningKey.generate(), _addition("1"))
    with pytest.raises(CaseError, match="not a case folder"):
        _add(tmp_path, sealed.key, _addition("1"))
    with pytest.raises(ValueError, match="is not of a family"):
        _addition("1", kind="echo:log:boot")
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(CaseError, match="is not the file that was sealed"):
        _add(copy_of_sealed, sealed.key, _addition("1"))


@pytest.mark.parametrize("interrupted", [False, True])
def test_evidence_that_follows_keeps_the_numbers_of_additions(
    sample_sources: list[Path],
    signing_key: SigningKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interrupted: bool,
) -> None:
    case = tmp_path / "case"
    options = Options("Tester", argv=("test",))

    def run(source: Path) -> None:
        extract([source], case, signing_key, options, lambda *_: None)

    run(sample_sources[0])
    exhibit = _rows(case)[0]["exhibit"]
    _add(case, signing_key, _addition(exhibit), _addition(exhibit, "more"))
    before = {row["exhibit"]: row for row in _rows(case)}
    if interrupted:
        with monkeypatch.context() as killed:

            def kill(*_: object) -> None:
                raise KeyboardInterrupt

            killed.setattr(extraction_run, "seal_case", kill)
            with pytest.raises(KeyboardInterrupt):
                run(sample_sources[1])
        assert verify_case(case, sources=False, allow_incomplete=True).ok
        with pytest.raises(CaseError, match="was interrupted; repeat the extract command first"):
            _add(case, signing_key, _addition(exhibit))
    run(sample_sources[1])

    after = {row["exhibit"]: row for row in _rows(case)}
    assert len(after) > len(before)
    volatile = ("interaction", "corroborated_by", "places", "recording", "utterance_id", "message")
    for name, row in before.items():
        assert {key: value for key, value in after[name].items() if key not in volatile} == {
            key: value for key, value in row.items() if key not in volatile
        }
    assert [name for name, row in after.items() if row["data_type"] == "machine:speech"] == [
        name for name, row in before.items() if row["data_type"] == "machine:speech"
    ]
    assert verify_case(case).ok
    # A second addition and a third item, so that what waits is in turn between items.
    _add(case, signing_key, _addition(exhibit, "later"))
    run(sample_sources[2])
    assert verify_case(case).ok
    assert len(_rows(case, FAMILIES)) == 3


def test_forged_additions_of_an_interrupted_case_are_refused(
    sealed: Any, copy_of_sealed: Path, cut_ledger: Callable[[Path, int], None], tmp_path: Path
) -> None:
    _add(copy_of_sealed, sealed.key, _addition("1"))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "note.txt").write_text("x")
    options = Options("Tester", argv=("test",))
    extract([tmp_path / "more"], copy_of_sealed, sealed.key, options, lambda *_: None)
    with Case.open(copy_of_sealed) as case:
        last = [entry.seq for entry in case.actions() if entry.action == READ][-1]
    cut_ledger(copy_of_sealed, last + 1)
    with closing(sqlite3.connect(copy_of_sealed / "case.db")) as db:
        db.execute("UPDATE forms SET message = 'FORGED' WHERE message LIKE 'Machine finding%'")
        assert db.total_changes
        db.commit()
    with pytest.raises(CaseError, match="what was added to the case is not what its ledger says"):
        extract([tmp_path / "more"], copy_of_sealed, sealed.key, options, lambda *_: None)


def test_what_is_dropped_takes_its_additions_with_it(sealed: Any, copy_of_sealed: Path) -> None:
    recording = _recording(copy_of_sealed)
    _add(copy_of_sealed, sealed.key, _addition(recording["exhibit"], "secret words"))
    drop_artefacts(copy_of_sealed, [recording["exhibit"]], "an order", sealed.key, "Tester")
    assert b"secret words" not in (copy_of_sealed / "case.db").read_bytes()
    assert not _rows(copy_of_sealed, ["machine"])
    other = next(row for row in _rows(copy_of_sealed) if row["data_type"] != "annotation:removed")
    _add(copy_of_sealed, sealed.key, _addition(other["exhibit"]))
    with pytest.raises(UsageError, match="was removed from this case"):
        _add(copy_of_sealed, sealed.key, _addition(recording["exhibit"]))
    assert verify_case(copy_of_sealed).ok


def test_a_case_that_is_put_together_has_the_evidence_of_its_parts_alone(
    sealed: Any, copy_of_sealed: Path, tmp_path: Path
) -> None:
    before = [row["message"] for row in _rows(copy_of_sealed)]
    _add(copy_of_sealed, sealed.key, _addition("1"))
    with Case.open(copy_of_sealed) as part:
        describe_matter(part, sealed.key, "Tester", {"scope": "sound"})
    merge_cases(tmp_path / "whole", [copy_of_sealed], sealed.key, Options("Tester", argv=("test",)), lambda *_: None)
    assert [row["message"] for row in _rows(tmp_path / "whole")] == before
    left = left_behind(copy_of_sealed)
    assert left.startswith("not taken over, as it is not evidence: 1 ")
    assert left.endswith(" record, what `case set` recorded (scope)")
    assert left_behind(tmp_path / "whole") == ""
    (merged,) = (entry for entry in read_ledger(tmp_path / "whole" / "custody.jsonl") if entry.action == MERGED)
    assert merged.detail["left_behind"] == left


def test_an_earlier_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    kept = Path(__file__).parents[1] / "cases_of_version_4" / "unsigned.zip"
    shutil.unpack_archive(kept, tmp_path / "unsigned")
    with pytest.raises(CaseError, match="Extract the evidence again into a new folder"):
        _add(tmp_path / "unsigned", None, _addition("1"))
