from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import json_fragment
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]

NOISE = random.Random(9).randbytes(7000)


def _activity(number: int = 0) -> dict[str, Any]:
    return {
        "activityStatus": "SUCCESS",
        "creationTimestamp": 1_700_000_000_000 + number,
        "description": json.dumps({"summary": f'say "{number}" {{twice}}'}),
        "id": f"A1#{1_700_000_000_000 + number}#AB72C64C86AW2#B0F0071234567890",
        "registeredCustomerId": "A1",
        "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"}],
        "utteranceId": None,
    }


CARD = {"cardType": "TextCard", "primaryActions": [], "creationTimestamp": 1, "sourceDevice": {"serialNumber": "B0"}}
HISTORY = {
    "recordKey": "A1#1#AB#B0",
    "utteranceType": "GENERAL",
    "voiceHistoryRecordItems": [{"recordItemKey": "k", "recordItemType": "CUSTOMER_TRANSCRIPT", "transcriptText": "x"}],
}
ANSWER = json.dumps({"activities": [_activity(number) for number in range(5)]}).encode()


def _of(content: bytes, found: Carved) -> Any:
    (place,) = found.ranges
    return json.loads(content[place[0] : sum(place)])


@pytest.mark.parametrize("before", [0, 512, 3333])
@pytest.mark.parametrize("value", [_activity(), CARD, HISTORY, HISTORY["voiceHistoryRecordItems"]], ids=str)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_record_by_itself_is_carved_to_its_brace(
    before: int, value: object, indent: int | None, after: bytes, scan_for: Scan
) -> None:
    planted = json.dumps(value, indent=indent).encode()
    media = NOISE[:before] + planted + after
    (found,) = scan_for(media, *json_fragment.SIGNATURES, block=1500)

    wanted = value[0] if isinstance(value, list) else value
    assert _of(media, found) == wanted if isinstance(value, list) and found.ranges[0][0] != before else value
    assert (found.kind, found.suffix, found.is_record) == ("JSON record", ".json", True)


def test_a_whole_answer_is_one_find(after: bytes, scan_for: Scan) -> None:
    assert scan_for(NOISE + ANSWER + after, *json_fragment.SIGNATURES) == [
        Carved(
            "JSON record",
            ".json",
            ((len(NOISE), len(ANSWER)),),
            Grade.WHOLE,
            "the object is closed",
            is_record=True,
        )
    ]


def test_two_answers_that_touch_are_two(scan_for: Scan) -> None:
    found = scan_for(ANSWER + ANSWER, *json_fragment.SIGNATURES)

    assert [each.ranges for each in found] == [((0, len(ANSWER)),), ((len(ANSWER), len(ANSWER)),)]


@pytest.mark.parametrize("end", [True, False])
def test_of_an_answer_that_is_cut_the_whole_records_are_given(end: bool, scan_for: Scan) -> None:
    half = ANSWER[: len(ANSWER) // 2] if end else ANSWER[len(ANSWER) // 2 :]
    media = NOISE + half + NOISE
    found = scan_for(media, *json_fragment.SIGNATURES)

    numbers = [_of(media, each)["creationTimestamp"] - 1_700_000_000_000 for each in found]
    assert numbers == ([0, 1] if end else [3, 4])
    assert {each.grade for each in found} == {Grade.CUT}
    assert {each.ending for each in found} == {"the object is closed; the answer that encloses it is cut off"}


@pytest.mark.parametrize(
    "other",
    [
        b'"activityStatus"',
        b'{"activityStatus": 1',
        b'{"cardType": 5}',
        b'a log says {"utteranceId": "x"} here',
        b"{" * 100_000 + b'"activityStatus":1',
        b'{"activityStatus":"' * 20_000,
        b'["' + b'\\"' * 100_000 + b'","activityStatus":1]',
        b'{"activityStatus":[' * 5_000 + b"]}" * 5_000,
    ],
    ids=range(8),
)
def test_what_no_parser_reads_is_none_however_it_is_nested(other: bytes, scan_for: Scan) -> None:
    assert scan_for(NOISE + other + NOISE, *json_fragment.SIGNATURES) == []


def test_a_hostile_run_of_keys_is_read_a_bounded_number_of_times() -> None:
    content = b'{"activityStatus":' * 3000
    asked = 0

    def read(at: int, size: int) -> bytes:
        nonlocal asked
        asked += 1
        return content[at : at + size]

    view = View(len(content), read)
    for at in range(1, len(content), 18):
        assert json_fragment.carve(view, at) is None

    assert asked < 3000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(ANSWER) - 1), st.binary(min_size=1, max_size=6), st.integers(0, len(ANSWER)))
def test_damaged_bytes_never_raise_and_every_find_is_json(at: int, change: bytes, end: int) -> None:
    content = (ANSWER[:at] + change + ANSWER[at + len(change) :])[:end]
    view = View(len(content), lambda offset, size: content[offset : offset + size])
    for key in (b'"activities"', b'"activityStatus"', b'"sourceDeviceIds"', b'"utteranceId"'):
        place = content.find(key)
        found = json_fragment.carve(view, place) if place >= 0 else None
        if found is not None:
            start, length = found.ranges[0]
            # As evidence is read: a text may hold a tab or a line end.
            json.loads(content[start : start + length].decode("utf-8", "surrogateescape"), strict=False)
