from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import json_fragment
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.search import CarvingSearch

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
TURN = {"activityItemData": '{"asrText":"stop"}', "itemType": "ASR", "timestamp": 1, "registeredUserId": "A1"}
ANSWER = json.dumps({"activities": [_activity(number) for number in range(5)]}).encode()


def _of(content: bytes, found: Carved) -> Any:
    (place,) = found.ranges
    return json.loads(content[place[0] : sum(place)])


@pytest.mark.parametrize("before", [0, 1, 511, 512, 3333])
@pytest.mark.parametrize(
    "value",
    [_activity(), CARD, HISTORY, HISTORY["voiceHistoryRecordItems"][0], TURN, [HISTORY], {"cards": [CARD]}],
    ids=["activity", "card", "history", "history item", "turn", "list", "answer"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_record_by_itself_is_carved_to_its_brace(
    before: int, value: object, indent: int | None, after: bytes, scan_for: Scan
) -> None:
    planted = json.dumps(value, indent=indent).encode()
    media = NOISE[:before] + planted + after

    assert scan_for(media, *json_fragment.SIGNATURES, block=1500) == [
        Carved(
            "JSON record",
            ".json",
            ((before, len(planted)),),
            Grade.WHOLE,
            f"the {'list' if isinstance(value, list) else 'object'} is closed",
            is_record=True,
        )
    ]


@pytest.mark.parametrize("block", [1, 7, 97, 4096])
def test_a_key_at_the_border_of_two_blocks(block: int, scan_for: Scan) -> None:
    media = NOISE[:300] + json.dumps(CARD).encode() + NOISE[:300]
    found = scan_for(media, *json_fragment.SIGNATURES, block=block)

    assert [_of(media, each) for each in found] == [CARD]


def test_a_known_record_in_other_json_is_carved_by_itself(scan_for: Scan) -> None:
    card = json.dumps(CARD).encode()
    media = b"\0" + b'{"other":{"kept":[1,' + card + b"]}}\0"

    assert scan_for(media, *json_fragment.SIGNATURES) == [
        Carved(
            "JSON record",
            ".json",
            ((21, len(card)),),
            Grade.WHOLE,
            "the object is closed",
            "part of JSON that begins at byte 1",
            is_record=True,
        )
    ]


def test_json_in_a_text_of_a_record_belongs_to_the_record(scan_for: Scan) -> None:
    record = json.dumps(_activity() | {"description": json.dumps(_activity() | {"description": ANSWER.decode()})})
    media = NOISE + record.encode() + NOISE

    (found,) = scan_for(media, *json_fragment.SIGNATURES)
    assert found.ranges == ((len(NOISE), len(record)),)


def test_records_in_broken_json_are_carved_without_what_is_broken(scan_for: Scan) -> None:
    records = [json.dumps(_activity(number)).encode() for number in range(3)]
    for broken in (b'{"a":\\x},', b"{1:2},", b'{"a" 1},', b'["\\q"],', b",", b"-,"):
        media = b"\0[" + records[0] + b"," + broken + records[1] + b"," + records[2] + b"]\0"
        found = scan_for(media, *json_fragment.SIGNATURES)

        assert [_of(media, each)["creationTimestamp"] % 1000 for each in found] == [0, 1, 2], broken


@pytest.mark.parametrize("joint", [b"", b"\n", b"\0", b" log: ", b"\xff\xfe", b"}", b'"'])
def test_records_one_behind_the_other_are_each_found(joint: bytes, scan_for: Scan) -> None:
    records = [json.dumps(each).encode() for each in (_activity(), CARD, HISTORY)]
    media = joint.join(records)
    found = scan_for(media, *json_fragment.SIGNATURES, block=100)

    assert [_of(media, each) for each in found] == [_activity(), CARD, HISTORY]
    assert {(each.grade, each.ending, each.detail) for each in found} == {(Grade.WHOLE, "the object is closed", "")}


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


def test_every_end_that_is_gone_leaves_the_records_before_it(scan_for: Scan) -> None:
    ends = [ANSWER.index(json.dumps(_activity(number)).encode()[:-1]) for number in range(5)]
    length = len(json.dumps(_activity()))
    for end in range(1, len(ANSWER), 13):
        found = scan_for(ANSWER[:end] + b"\0\xff", *json_fragment.SIGNATURES)

        assert [each.ranges for each in found] == [((start, length),) for start in ends if start + length <= end]


def test_every_beginning_that_is_gone_leaves_the_records_behind_it(scan_for: Scan) -> None:
    starts = [ANSWER.index(json.dumps(_activity(number)).encode()[:-1]) for number in range(5)]
    length = len(json.dumps(_activity()))
    opened = ANSWER.index(b"[")
    for start in range(1, len(ANSWER), 13):
        found = scan_for(b"\xff\0" + ANSWER[start:], *json_fragment.SIGNATURES)

        if start <= opened:
            # The list of an answer is read without the answer.
            assert [each.ranges for each in found] == [((opened - start + 2, len(ANSWER) - opened - 1),)]
            continue
        assert [each.ranges for each in found] == [((at - start + 2, length),) for at in starts if at >= start]


@pytest.mark.parametrize(
    "hostile",
    [b"{" * (2 << 20), b'"' * (2 << 20), b"[" * (2 << 20), b'{"a":' * 400_000, b'\\"' * (1 << 20), b" " * (2 << 20)],
    ids=["braces", "quotes", "brackets", "objects", "escaped quotes", "white space"],
)
def test_a_record_among_hostile_megabytes_is_found_with_few_bytes_read(hostile: bytes) -> None:
    card = json.dumps(CARD).encode()
    content = hostile + b"\0" + card + b"\0" + hostile
    asked = 0

    def read(at: int, size: int) -> bytes:
        nonlocal asked
        asked += size
        return content[at : at + size]

    search = CarvingSearch(View(len(content), read, window=4096), json_fragment.SIGNATURES)
    search.feed(content)

    assert [each.ranges for each in search.finish()] == [((len(hostile) + 1, len(card)),)]
    assert asked < 100_000


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


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(json_fragment.KEYS), st.integers(-3, 260))
def test_arbitrary_bytes_never_raise_nor_lead_beyond_the_media(before: bytes, after: bytes, key: str, at: int) -> None:
    content = before + b'{"' + key.encode() + b'":' + after
    view = View(len(content), lambda offset, size: content[offset : offset + size])
    for place in (len(before) + 1, max(0, min(at, len(content)))):
        found = json_fragment.carve(view, place)
        assert found is None or 0 <= found.offset < found.offset + found.length <= len(content)


def test_looking_for_signatures_imports_no_parser_of_evidence() -> None:
    script = """
import sys
import echoforensics.carving.signatures
print([name for name in sys.modules if name in ("parsers.registry", "parsers.alexa_api.answers.responses", "yaml")])
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
