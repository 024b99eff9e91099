"""Interactions of real evidence: a device's log with an account that is made for its utterance ids; a web scrape."""

from __future__ import annotations

import io
import json
import wave
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.library import extract
from parsers.utterance import UtteranceId

SHARED = Path(__file__).parents[4] / "shared" / "evidence"
ECHO, SCRAPE = SHARED / "echo-1st-gen", SHARED / "dfrws2017"
SERIAL, CUSTOMER = "G090MADE00000001", "A0MADECUSTOMER"


def sound(number: int) -> bytes:
    """Two seconds in the form in which the service hands recordings out; each number has other bytes."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes(bytes([number, 0]) * 32_000)
    return stream.getvalue()


def made_export(path: Path, streams: list[UtteranceId]) -> Path:
    """An account's history for these streams, a list of addresses, and recordings by its numbers."""
    activities, addresses = [], []
    with zipfile.ZipFile(path, "w") as archive:
        for number, stream in enumerate(streams, 1):
            created = stream.timestamp // 1000 + 1500
            described = {"summary": f"alexa request {number}", "firstUtteranceId": f"{stream.text}/0"}
            activities.append({
                "activityStatus": "SUCCESS", "creationTimestamp": created, "description": json.dumps(described),
                "id": f"{CUSTOMER}#{created}#{stream.source}#{SERIAL}", "registeredCustomerId": CUSTOMER,
                "sourceDeviceIds": [{"deviceType": stream.source, "serialNumber": SERIAL}],
                "utteranceId": stream.text, "domainAttributes": None, "version": 1,
            })  # fmt: skip
            address = f"https://pitangui.amazon.com/api/utterance/audio/data?id={stream.text}"
            addresses.append(f"{number}. {address}")
            archive.writestr(f"recordings/{number}.wav", sound(number))
        archive.writestr("history.json", json.dumps({"activities": activities}))
        archive.writestr("recordings/audio api.txt", "audio api:\r\n" + "\r\n".join(addresses) + "\r\n")
    return path


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, Path]]:
    if not ECHO.is_dir():
        pytest.skip(f"{ECHO} is not there")
    folder = tmp_path_factory.mktemp("echo")
    with extract([ECHO], folder / "alone", key=None) as alone:
        ids = {UtteranceId.parse(row["utterance_id"] or "") for row in alone.rows(types=["echo:log:audio_stream"])}
        streams = sorted((found for found in ids if found), key=lambda found: found.timestamp)
    export = made_export(folder / "cloud.zip", streams)
    with extract([export, ECHO], folder / "both", key=None) as both:
        yield both, export


def test_every_answered_utterance_is_one_interaction_of_device_account_and_sound(echo: tuple[Case, Path]) -> None:
    case, _ = echo
    found = list(case.interactions())
    kinds = [{member.data_type for member in one.members} for one in found]
    answered = [one for one, held in zip(found, kinds, strict=True) if "echo:log:answer" in held]
    assert (len(found), len(answered)) == (27, 7)
    assert all(one.sources == ("account", "device", "sound") for one in answered)
    assert sum(one.sources == ("account", "device", "sound") for one in found) == 9
    assert all(device.serial == SERIAL for one in found for device in one.devices), "near misses too"
    assert [one.contradictions for one in found] == [()] * 27
    strengths = Counter(member.strength for one in found for member in one.members)
    assert strengths == {"utterance id": 50, "record key": 9, "alone": 18, "time": 1}


def test_the_near_miss_within_the_audio_of_a_stream_is_joined_by_time_and_no_other(echo: tuple[Case, Path]) -> None:
    case, _ = echo
    misses = [(one, member) for one in case.interactions() for member in one.members
              if member.data_type == "echo:log:near_miss"]  # fmt: skip
    joined = [(one.datetime, member.strength) for one, member in misses if len(one.members) > 1]
    assert joined == [("2022-01-02T22:39:09.000000+00:00", "time")]
    assert len(misses) == 18
    assert all(one.uncertainty is not None for one, _ in misses), "the device's clock was measured"


def test_a_row_is_attested_by_independent_sources_only(echo: tuple[Case, Path]) -> None:
    case, _ = echo
    rows = {row["exhibit"]: row for row in case.rows()}

    def source(data_type: str) -> str:
        return data_type.partition(":")[0]

    attested = [row for row in rows.values() if row["corroborated_by"]]
    assert attested
    for row in attested:
        assert all(source(rows[other]["data_type"]) != source(row["data_type"]) for other in row["corroborated_by"])
        assert len({rows[other]["interaction"] for other in row["corroborated_by"]} | {row["interaction"]}) == 1


def test_what_the_log_of_a_real_device_lacks(echo: tuple[Case, Path]) -> None:
    case, _ = echo
    found = {gap.data_type: gap for gap in case.gaps()}
    assert found["gap:log_numbers"].message == 'Of the chunks of the log "messages", numbers 3925 to 3928 are missing.'
    assert found["gap:entries_begin_after"].count == 1
    assert "gap:wake_word_without_entry" not in found
    assert "gap:no_account" not in found


def test_copies_of_the_evidence_change_no_interaction(echo: tuple[Case, Path], tmp_path: Path) -> None:
    case, export = echo
    again = tmp_path / "again"
    again.mkdir()
    (again / "export copied.zip").write_bytes(export.read_bytes())
    with extract([ECHO, again, export], tmp_path / "case", key=None) as more:
        expected = [(one.number, one.start, one.sentence, [member.strength for member in one.members])
                for one in case.interactions()]  # fmt: skip
        assert expected == [
            (one.number, one.start, one.sentence, [member.strength for member in one.members])
            for one in more.interactions()
        ]


def test_a_web_scrape(tmp_path: Path) -> None:
    if not SCRAPE.is_dir():
        pytest.skip(f"{SCRAPE} is not there")
    with extract([SCRAPE], tmp_path / "case", key=None) as case:
        found = list(case.interactions())
        assert len(found) == 12
        assert sum(len(one.recordings) for one in found) == 9
        activities = [member for one in found for member in one.members if member.data_type == "alexa:cloud:activity"]
        assert len(activities) == 17
        by_time = [member for one in found for member in one.members if member.strength == "time"]
        assert [member.reason for member in by_time] == [
            "The service created the entry 4.6 to 5.6 s after the request (its time is cut off to a second); by 17"
            " entries of the same device this takes up to 5.2 s."
        ]
        assert Counter(sign for one in found if one.unintended for sign in one.unintended.signs) == {
            "discarded": 2, "recording without entry": 1,
        }  # fmt: skip
        assert {gap.data_type: gap.count for gap in case.gaps()}["gap:no_device"] == 11
