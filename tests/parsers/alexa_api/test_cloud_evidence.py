"""Real evidence, where it is at hand."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.captures.acquired_files import CiftAcquiredFiles
from parsers.captures.api_url_list import ApiUrlList
from parsers.captures.browser_copied_json import BrowserCopiedJson
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record
from parsers.times import iso

EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
pytestmark = pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
PARSERS: tuple[Parser, ...] = (ApiJson(), BrowserCopiedJson(), ApiUrlList(), CiftAcquiredFiles())

#: Number, status, creation, utterance, segment, text; as read by hand from the 17 copied records.
HISTORY = """
14 INVALID 02:57:35.079 02:57:32 /0 alexa kinda patton a.m. next monday
15 DISCARDED_NON_DEVICE_DIRECTED_INTENT 03:07:00.218 03:06:59 -
16. DISCARDED_NON_DEVICE_DIRECTED_INTENT 05:31:04.601 05:31:03 -
17 SUCCESS 05:45:29.643 05:45:28 /0 alexa
13 SUCCESS 05:45:31.742 05:45:28 /1 wake up
18 SUCCESS 05:45:43.911 05:45:42 /0 alexa stop
12 SUCCESS 06:01:54.400 06:01:53 /0 alexa
11 SUCCESS 06:01:55.220 06:01:53 /1 turn on tv
10 SUCCESS 06:06:03.907 06:06:02 /0 alexa
9 SUCCESS 06:06:06.327 06:06:02 /1 turn on pandora
8 SUCCESS 06:12:39.818 06:12:36 /0 alexa how could you do this what are the flooding
6 SUCCESS 06:12:58.358 06:12:57 /0 alexa
5 SUCCESS 06:13:02.196 06:12:57 /1 stop
4 SUCCESS 06:20:05.858 06:20:04 /0 alexa
3 SUCCESS 06:20:07.632 06:20:04 /1 turn off tv
2 SUCCESS 06:20:32.631 06:20:31 /0 alexa
1 SUCCESS 06:20:34.384 06:20:31 /1 who yes
"""


def _parse(content: bytes, path: str) -> tuple[list[str], list[Record | Issue]]:
    """The names of the parsers that claim a file, and what they give; every locator is followed."""
    source = Source.of(content, path)
    claiming = [parser for parser in PARSERS if parser.claims(source)]
    found = [item for parser in claiming for item in parser.parse(source)]
    for item in found:
        resolve(io.BytesIO(content), item.locator)
        for timestamp in item.timestamps if isinstance(item, Record) else ():
            if timestamp.locator:
                line = resolve(io.BytesIO(content), timestamp.locator).content
                assert timestamp.recorded.split()[-1].encode() in line
    return [parser.name for parser in claiming], found


def _scrape() -> dict[str, bytes]:
    with zipfile.ZipFile(EVIDENCE / "dfrws2017/005-Amazon-Echo-Alexa-Web-Scrape.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith((".json", ".txt"))]
        return {name: archive.read(name) for name in names}


def test_the_copied_records_of_2017() -> None:
    rows = {line.split(" ", 1)[0]: line.split(" ") for line in HISTORY.strip().splitlines()}
    files = {name: content for name, content in _scrape().items() if name.endswith(".json")}
    assert len(files) == 18
    read = {}
    for name, content in files.items():
        claimed, found = _parse(content, name)
        assert claimed == ["browser_copied_json"]
        assert len(found) == 1
        read[name.rsplit("/", 1)[-1].removesuffix(".json")] = found[0]
    assert read.pop("7") == Issue("The file is empty: expected a copied activity record.")
    assert read.keys() == rows.keys()
    for name, record in read.items():
        _, status, created, spoken, segment, *words = rows[name]
        assert isinstance(record, Record)
        times = {timestamp.description: iso(timestamp.timestamp) for timestamp in record.timestamps}
        assert times == {
            "Creation Time": f"2017-07-17T{created}000+00:00",
            "Recorded Time": f"2017-07-17T{spoken}.000000+00:00",
        }
        assert (record.fields["status"], record.transcript) == (status, " ".join(words))
        assert record.utterance_id is not None
        assert record.utterance_id.endswith("ZXV" + segment.removeprefix("-"))
        assert (record.device_serial, record.device_type) == ("B0F00715535302W5", "AB72C64C86AW2")
        assert record.account == "A32TRBM6QOXJ5H"


def test_the_list_of_addresses_of_2017() -> None:
    ((path, content),) = ((name, content) for name, content in _scrape().items() if name.endswith(".txt"))
    claimed, found = _parse(content, path)
    assert claimed == ["api_url_list"]
    assert all(isinstance(item, Record) for item in found)
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == 36
    folder = path.rpartition("/")[0]
    assert [record.keys[0] for record in records[:18]] == [f"numbered-audio:{folder}#{n}" for n in range(1, 19)]
    assert all(record.utterance_id for record in records[:18])
    assert all(record.keys[0].startswith("activity:A32TRBM6QOXJ5H#15002") for record in records[18:])
    assert {len(record.timestamps) for record in records[:18]} == {1}
    assert {len(record.timestamps) for record in records[18:]} == {2}


def test_requests_and_answers_of_2019() -> None:
    content = (EVIDENCE / "alexa-api-2019/echo-2nd-gen.json").read_bytes()
    claimed, found = _parse(content, "echo-2nd-gen.json")
    assert claimed == ["api_json"]
    assert [item for item in found if isinstance(item, Issue)] == []
    records = [item for item in found if isinstance(item, Record)]
    expected: Counter[str] = Counter()
    counted = {
        "activities": "activity", "cards": "card", "devices": "device", "notifications": "notification",
        "media": "media", "sessions": "media_session", "accounts": "household_member", "lists": "list",
        "list": "list_item", "bluetoothStates": "bluetooth", "devicePreferences": "device_preference",
    }  # fmt: skip
    for pair in json.loads(content):
        for key, value in pair["response"].items():
            if key in counted:
                expected[counted[key]] += len(value)
            if key == "bluetoothStates":
                expected["bluetooth"] += sum(len(state["pairedDeviceList"] or ()) for state in value)
            if key == "networkDetail":
                expected["appliance"] += value.count('"friendlyName":')
            if key == "wakeWords" and isinstance(value[0], dict):
                expected["wake_word"] += len(value)
    actual = Counter(record.data_type.removeprefix("alexa:cloud:") for record in records)
    assert {name: actual[name] for name in expected} == expected
    assert actual["activity"] == 27
    once = {name: actual[name] for name in ("account", "wifi", "do_not_disturb", "player")}
    assert once == {"account": 1, "wifi": 1, "do_not_disturb": 1, "player": 1}
    bodies = {record.locator.split("/")[1] for record in records}
    assert bodies == {str(number) for number in range(len(json.loads(content)))}
    assert actual["response"] == 7
    assert {actual[name] for name in ("account_state", "appliance_group", "page")} == {1, 10}
    assert all(record.fields["request_url"] for record in records)


def test_the_answers_of_the_cift_library() -> None:
    library = EVIDENCE / "dfrws2018/cift-library"
    rows = list(csv.DictReader((library / "ACQUIRED_FILE.csv").read_text().splitlines()))
    named = {row["sha1"]: row["src_path"] for row in rows}
    issues: list[tuple[str, Issue]] = []
    files = sorted((library / "AmazonAlexaClient").glob("*.json"))
    assert len(files) > 60
    unnamed = 0
    for file in files:
        claimed, found = _parse(file.read_bytes(), f"cift-library/AmazonAlexaClient/{file.name}")
        assert claimed == ["api_json"]
        records = [item for item in found if isinstance(item, Record)]
        assert records
        issues += [(file.name, item) for item in found if isinstance(item, Issue)]
        for record in records:
            sha1 = next(key for key in record.keys if key.startswith("content-sha1:")).removeprefix("content-sha1:")
            unnamed += sha1 not in named
            assert f"saved-as:{file.name}" in record.keys
    passed_over = Issue("1 byte stands before the JSON; passed over.", "bytes:0+1", b"`")
    assert issues == [("011fbb97e5c8d85406af4066848c02357908bef4.json", passed_over)]
    assert unnamed == 1


def test_the_list_of_the_cift_library() -> None:
    content = (EVIDENCE / "dfrws2018/cift-library/ACQUIRED_FILE.csv").read_bytes()
    claimed, found = _parse(content, "cift-library/ACQUIRED_FILE.csv")
    assert claimed == ["cift_acquired_files"]
    records = [item for item in found if isinstance(item, Record)]
    assert len(found) == len(records) == 78
    asked = [record for record in records if "_=" in str(record.fields["src_path"])]
    assert all(record.timestamps[0].recorded == str(record.fields["request_time_ms"]) for record in asked)
    assert len([record for record in records if len(record.timestamps) == 2]) == len(asked)
    assert {record.timestamps[-1].description for record in records} == {"Added Time"}
    assert iso(records[0].timestamps[-1].timestamp) == "2018-03-19T08:43:36.000000+00:00"
