"""CIFT's list of acquired files."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from parsers.captures.acquired_files import MAX_BYTES, MAX_ISSUES, CiftAcquiredFiles
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Parse = Callable[..., list[Record | Issue]]
HEADER = "src_path,saved_path,sha1,saved_timestamp,timezone,operation_type"
ZONED = (
    "When CIFT saved the file, by the clock and in the zone of the examiner's workstation."
    ' UTC is computed from the label "{}", the workstation\'s offset at the time of the examination.'
)


def _records(found: list[Record | Issue]) -> list[Record]:
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def test_whole_records(fixture_bytes: Callable[[str], bytes], parse_all: Parse) -> None:
    content = fixture_bytes("ACQUIRED_FILE.csv")
    first, *_ = _records(parse_all(CiftAcquiredFiles(), content))
    url = (
        "https://pitangui.amazon.com/api/np/player?deviceSerialNumber=G000SAMPLE000001&deviceType=A0SAMPLETYPE1"
        "&_=1588600000100"
    )
    assert first == Record(
        data_type="alexa:app:acquired_file",
        message="CIFT's list of acquired files names the answer of the Alexa service to /api/np/player.",
        locator="line:2",
        timestamps=(
            replace(first.timestamps[0], locator=""),
            Timestamp(
                "Added Time", "2020-05-04 08:00:00 UTC-4", Clock.EXAMINER, 1588593600000000, ZONED.format("UTC-4")
            ),
        ),
        device_serial="G000SAMPLE000001",
        device_type="A0SAMPLETYPE1",
        fields={
            "id": "1",
            "operation_type": "COMPANION_APP_ANDROID",
            "src_path": url,
            "desc": "",
            "saved_path": f"lib/AmazonAlexaClient/{'0a' * 20}.json",
            "sha1": "1b" * 20,
            "saved_timestamp": "2020-05-04 08:00:00",
            "modified_timestamp": "-",
            "timezone": "UTC-4",
            "request_url": url,
            "request_time_ms": 1588600000100,
        },
        keys=(f"content-sha1:{'1b' * 20}", f"saved-as:{'0a' * 20}.json"),
    )
    asked = first.timestamps[0]
    assert (asked.description, asked.recorded, asked.clock, asked.timestamp) == (
        "Recorded Time",
        "1588600000100",
        Clock.PHONE,
        1588600000100000,
    )


def test_recordings_files_and_rows_over_two_lines(fixture_bytes: Callable[[str], bytes], parse_all: Parse) -> None:
    content = fixture_bytes("ACQUIRED_FILE.csv")
    _, second, third, fourth = _records(parse_all(CiftAcquiredFiles(), content))
    assert second.utterance_id is not None
    assert second.utterance_id.endswith("9f0ZXV")
    assert second.keys == (f"content-sha1:{'2c' * 20}", "saved-as:(2020-05-04T10_15_07+0000)_TEXT(stop).wav")
    assert [(m.description, m.clock, m.timestamp) for m in second.timestamps] == [
        ("Recorded Time", Clock.CLOUD, 1588587307000000),
        ("Added Time", Clock.EXAMINER, 1588559401000000),
    ]
    assert third.keys == (f"content-sha1:{'3d' * 20}",)
    assert [(m.description, m.timestamp) for m in third.timestamps] == [
        ("Added Time", 1588579202000000),
        ("Content Modification Time", 1588489565000000),
    ]
    assert fourth.message == 'CIFT\'s list of acquired files names a file from "/data/x", described as "two lines".'
    assert resolve(io.BytesIO(content), fourth.locator).content == content[content.index(b"4,HARDWARE") :]
    assert (fourth.keys, fourth.timestamps[0].timestamp) == ((), None)
    assert fourth.timestamps[0].note.endswith('The label "local" is not understood, so the zone is unknown.')


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("UTC", 0.0),
        ("UTC-4", -4),
        ("UTC+0", 0),
        ("UTC+5:30", 5.5),
        ("UTC+5.75", 5.75),
        ("UTC-3.5", -3.5),
        ("UTC+14", 14),
    ],
)
def test_zone_labels(parse_all: Parse, zone: str, hours: float) -> None:
    content = f"{HEADER}\n/x,y,-,2020-05-04 08:00:00.25,{zone},X\n".encode()
    (record,) = _records(parse_all(CiftAcquiredFiles(), content))
    assert record.timestamps[0].timestamp == 1588579200250000 - int(hours * 3_600_000_000)


@pytest.mark.parametrize("zone", ["", "CET", "UTC+99", "UTC-", "+4"])
def test_labels_that_name_no_offset_leave_the_zone_unknown(parse_all: Parse, zone: str) -> None:
    content = f"{HEADER}\n/x,y,-,2020-05-04 08:00:00,{zone},X\n".encode()
    (record,) = _records(parse_all(CiftAcquiredFiles(), content))
    assert (record.timestamps[0].timestamp, record.timestamps[0].recorded) == (
        None,
        f"2020-05-04 08:00:00 {zone}".strip(),
    )


@pytest.mark.parametrize("saved", ["-", "", "1970-01-01 00:00:00 x", "2020-13-40"])
def test_no_time(parse_all: Parse, saved: str) -> None:
    (record,) = _records(parse_all(CiftAcquiredFiles(), f"{HEADER}\n/x,y,-,{saved},UTC,X\n".encode()))
    assert record.timestamps == ()


def test_a_date_that_does_not_exist_has_no_instant(parse_all: Parse) -> None:
    (record,) = _records(parse_all(CiftAcquiredFiles(), f"{HEADER}\n/x,y,-,2020-02-30 00:00:00,UTC,X\n".encode()))
    assert [timestamp.timestamp for timestamp in record.timestamps] == [None]


def test_the_order_of_columns_does_not_matter(parse_all: Parse) -> None:
    content = (
        "\ufefftimezone,sha1,saved_timestamp,operation_id,saved_path,src_path\r\n"
        f"UTC,{'1b' * 20},2020-05-04 08:00:00,8,a/b,https://alexa.amazon.com/api/cards/"
        "A0SAMPLECUSTOMER%231588587309512%23A0SAMPLETYPE1%23G000SAMPLE000001?_=1588600000100\r\n"
    ).encode()
    (record,) = _records(parse_all(CiftAcquiredFiles(), content))
    assert record.keys == (
        f"content-sha1:{'1b' * 20}",
        "activity:A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#G000SAMPLE000001",
    )
    assert (record.timestamps[0].clock, record.account) == (Clock.UNKNOWN, "A0SAMPLECUSTOMER")


def test_rows_that_cannot_be_read_are_issues(parse_all: Parse) -> None:
    good = "/x,y,-,2020-05-04 08:00:00,UTC,X"
    rows = [HEADER, good, "too,few", "", "a,b,c,d,e,f,g", good, '"' + "q" * 200_000 + '",y,-,-,-,-', good]
    found = parse_all(CiftAcquiredFiles(), "\n".join(rows).encode() + b"\n/x\0,\xff,-,2020-05-04 08:00:00,UTC,X")
    assert [(type(item), item.locator) for item in found] == [
        (Record, "line:2"),
        (Issue, "line:3"),
        (Issue, "line:5"),
        (Record, "line:6"),
        (Issue, "line:7"),
        (Record, "line:8"),
        (Issue, "line:9"),
        (Record, "line:9"),
    ]
    damaged, kept = found[-2:]
    assert isinstance(damaged, Issue)
    assert damaged.what == "The row holds bytes that are not UTF-8; they are shown as \\xNN."
    assert isinstance(kept, Record)
    assert kept.fields["saved_path"] == "\\xff"


def test_hostile_lists_end_in_an_issue() -> None:
    content = f"{HEADER}\n".encode() + b"x\n" * 5000
    found = list(CiftAcquiredFiles().parse(Source.of(content)))
    assert len(found) == MAX_ISSUES + 1
    (issue,) = CiftAcquiredFiles().parse(replace(Source.of(content), size=MAX_BYTES + 1))
    assert isinstance(issue, Issue)
    (issue,) = CiftAcquiredFiles().parse(Source.of(b"a,b\n1,2\n"))
    assert isinstance(issue, Issue)
    assert issue.what == "The first line does not name the columns of CIFT's list."


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"src_path,saved_path,sha1\n", b"\x00" * 50, b'{"src_path":1}'])
def test_other_files_are_left_alone(content: bytes) -> None:
    assert not CiftAcquiredFiles().claims(Source.of(content, "ACQUIRED_FILE.csv"))
