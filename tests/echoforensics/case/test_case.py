"""Asking a case: its rows, recordings, devices, accounts, issues, evidence and bytes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.evidence_table import EvidenceState
from echoforensics.errors import CaseError, UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract


@pytest.fixture
def case(sealed: Any) -> Iterator[Case]:
    with Case.open(sealed.path) as opened:
        yield opened


def test_rows_by_every_filter(case: Case) -> None:
    found = list(case.rows())
    assert len(found) == 74

    def exhibits(**wanted: Any) -> list[str]:
        return [row["exhibit"] for row in case.rows(**wanted)]

    times = [row["timestamp"] for row in found if row["timestamp"] is not None]
    middle = times[len(times) // 2]
    serial = next(row["device_serial"] for row in found if row["device_serial"])
    assert exhibits() == [row["exhibit"] for row in found]

    def of_device(row: Any) -> bool:
        return bool(row["device_serial"] == serial or (not row["device_serial"] and row["evidence"] == "echo-data.img"))

    for wanted, fits in (
        ({"types": ["echo"]}, lambda row: row["data_type"].startswith("echo:")),
        ({"start": middle}, lambda row: row["timestamp"] is not None and row["timestamp"] >= middle),
        ({"end": middle}, lambda row: row["timestamp"] is not None and row["timestamp"] < middle),
        ({"devices": [serial]}, of_device),
        ({"recordings_only": True}, lambda row: row["recording"] is not None),
    ):
        expected = [row["exhibit"] for row in found if fits(row)]
        assert exhibits(**wanted) == expected, wanted
        assert 0 < len(expected) < len(found)
    assert case.row(found[3]["exhibit"]) == found[3]
    assert {row["exhibit"] for row in found if "lights" in row["message"]} <= set(exhibits(search="lights"))
    with pytest.raises(UsageError, match="there is no exhibit EF-9999999"):
        case.row("EF-9999999")


def test_recordings_with_their_bytes(case: Case) -> None:
    recordings = list(case.recordings())
    assert len(recordings) == 6
    for recording in recordings:
        assert hashlib.sha256(case.read(recording.sha256)).hexdigest() == recording.sha256
        assert recording.references
        assert {row["sha256"] for row in recording.rows} == {recording.sha256}
        assert recording.fields["container"]
    assert any(recording.texts for recording in recordings)


def test_what_was_changed_or_is_not_there_cannot_be_read(copy_of_sealed: Path) -> None:
    with Case.open(copy_of_sealed) as case:
        sha256 = case.recordings()[0].sha256
        case.vault.path(sha256).write_bytes(b"other")
        with pytest.raises(CaseError, match="has changed since it was extracted"):
            case.read(sha256)
        with pytest.raises(CaseError, match="cannot be read: No such file"):
            case.read("0" * 64)


def test_devices_accounts_issues_and_evidence(case: Case, sealed: Any) -> None:
    rows = list(case.rows())
    assert {device.serial for device in case.devices()} == {row["device_serial"] for row in rows} - {None}
    assert {account.name for account in case.accounts()} == {row["account"] for row in rows} - {None}
    for device in case.devices():
        own = [row for row in rows if (row["device_serial"], row["device_type"]) == (device.serial, device.type)]
        assert device.records == len({row["record"] for row in own})
        assert device.first == min(row["datetime"] for row in own if row["datetime"])
    (issue,) = case.issues()
    assert issue.evidence in {item.name for item in case.evidence()}
    assert issue.what
    assert [item.location for item in case.evidence()] == sealed.sources
    assert {item.state for item in case.evidence()} == {EvidenceState.HASHED_AGAIN}


def test_every_row_is_of_a_record_and_leads_to_its_bytes(case: Case) -> None:
    lost = case.store.db.execute(
        "SELECT count(*) FROM exhibits WHERE record NOT IN (SELECT number FROM records)"
    ).fetchone()
    assert lost == (0,)
    for row in case.rows():
        found = case.trace(row["exhibit"])
        assert (found.origin, found.unchanged, found.issue) == ("evidence", True, ""), row


def test_a_file_that_lies_in_the_evidence_twice_gives_its_records_once(tmp_path: Path) -> None:
    activity = (
        '{"activities": [{"id": "A#1", "creationTimestamp": 1500272431000, "activityStatus": "SUCCESS", "description":'
        ' "{\\"summary\\": \\"stop\\"}"}]}'
    )
    for name in ("a/activities.json", "b/copy.json"):
        (tmp_path / "source" / name).parent.mkdir(parents=True)
        (tmp_path / "source" / name).write_text(activity)
    counts = extract([tmp_path / "source"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        (row,) = case.rows(types=["alexa:cloud:activity"])
        references = case.trace(row["exhibit"]).references
    assert (row["path"], row["places"]) == ("a/activities.json", 2)
    assert references == ["source: a/activities.json", "source: b/copy.json"]
    assert (counts.records, counts.rows) == (1, 1)


def test_a_case_without_a_table_of_its_version_is_refused_with_what_to_do(copy_of_sealed: Path) -> None:
    with closing(sqlite3.connect(copy_of_sealed / "case.db")) as db, db:
        db.execute("DROP TABLE interaction_members")
    with pytest.raises(CaseError, match=r"lacks interaction_members: it was altered, or another build"):
        Case.open(copy_of_sealed)
