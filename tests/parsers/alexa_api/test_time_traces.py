"""A value is judged by its text: what may hold a new time is visited, and what repeats known times is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from parsers.alexa_api.answers.further_times import TimeSearch
from parsers.alexa_api.answers.time_traces import may_hold_new_time
from parsers.formats.json.large_list import LargeList, MemberBlocks, StoredText

if TYPE_CHECKING:
    from pathlib import Path

AT, INSTANT = 1704101037307, 1704101037307000
UUID, OTHER = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0", "1b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
STREAM = f"A0SAMPLETYPE1:1.0/2024/01/01/09/G000SAMPLE000001/23:51::TNIH_2V.{UUID}ZXV"
ACTIVITY = {
    "activityStatus": "SUCCESS", "creationTimestamp": AT, "id": f"A0SAMPLECUSTOMER#{AT}#A0SAMPLETYPE1#G000SAMPLE000001",
    "description": json.dumps({"summary": "früh \u2028 aufstehen", "firstUtteranceId": f"{STREAM}/0"}),
    "utteranceId": f"{STREAM}/0", "url": "/api/utterance?id=" + STREAM.replace(":", "%3A").replace("/", "%2F"),
    "sourceDeviceIds": [{"serialNumber": "G000SAMPLE000001"}], "version": 1, "size": 170410103, "other": 5704101037307,
}  # fmt: skip


def _large(folder: Path) -> LargeList:
    (folder / "list.json").write_text(f"[{AT + 1}]")
    blocks = MemberBlocks()
    blocks.add(1, 14, 100)
    return LargeList(StoredText(lambda: (folder / "list.json").open("rb"), 0, 15), blocks)


def test_what_repeats_known_times_is_not_visited() -> None:
    assert not may_hold_new_time(ACTIVITY, 10, {INSTANT}, {UUID})
    assert TimeSearch({"activities": [ACTIVITY] * 20}, {INSTANT}, {UUID}).timestamps() == ()


@pytest.mark.parametrize(
    ("more", "recorded"),
    [
        ({"at": AT + 1}, [str(AT + 1)]),
        ({"at": AT + 0.25}, [str(AT + 0.25)]),
        ({"at": 1704101038}, ["1704101038"]),
        ({"at": 2040000000000}, ["2040000000000"]),
        ({"at": "1704101038"}, ["1704101038"]),
        ({"key": f"queue_{AT + 1}"}, [str(AT + 1)]),
        ({f"A1#{AT + 1}#B#C": 1}, [str(AT + 1)]),
        ({"when": "2024-01-02T03:04:05Z"}, ["2024-01-02T03:04:05Z"]),
        ({"when": "2024-01-02T03:04:05"}, ["2024-01-02T03:04:05"]),
        ({"stream": STREAM.replace(UUID, OTHER).replace("51::", "52::")}, ["2024/01/01/09 23:52"]),
        ({"stream": STREAM.replace(UUID, OTHER).replace("51:", "52%3A").replace("/", "%2F")}, ["2024/01/01/09 23:52"]),
        ({"inner": json.dumps({"at": AT + 1})}, [str(AT + 1)]),
        ({"inner": f'{{"at": "\\u0031{str(AT + 1)[1:]}"}}'}, [str(AT + 1)]),
        ({"inner": f'{{"note": "caf\\u00e9{AT + 1}", "at": "caf\\u00e9_{AT + 1}"}}'}, [str(AT + 1)]),
        ({"note": f"\x01_{AT + 1}"}, [str(AT + 1)]),
    ],
)
def test_what_is_new_is_found_among_what_is_known(more: dict[str, object], recorded: list[str]) -> None:
    value = {**ACTIVITY, **more}
    assert may_hold_new_time(value, 20, {INSTANT}, {UUID})
    found = TimeSearch({"activities": [ACTIVITY, value]}, {INSTANT}, {UUID}).timestamps()
    assert [timestamp.recorded for timestamp in found] == recorded


@pytest.mark.parametrize("name", ['{"at": [1, 2]}', ' ["a", "b", "c"]', '\n[{"a": "b"}, 1]'])
def test_names_that_are_json_are_visited(name: str) -> None:
    for value in ({name: 1}, {"a": 1, name: 1}, {"inner": json.dumps({"a": 1, name: 1})}):
        assert may_hold_new_time(value, 20, (), ())


def test_what_is_too_deep_or_not_in_memory_is_visited(tmp_path: Path) -> None:
    deep: list[object] = []
    for _ in range(30):
        deep = [deep]
    assert may_hold_new_time(deep, 30, (), ())
    assert not may_hold_new_time(deep, 31, (), ())
    for _ in range(5000):
        deep = [deep]
    assert may_hold_new_time(deep, 10_000, (), ())
    value = {"found": {"activities": _large(tmp_path)}}
    assert may_hold_new_time(value, 20, (), ())
    assert [timestamp.recorded for timestamp in TimeSearch(value, ()).timestamps()] == [str(AT + 1)]
