from __future__ import annotations

from typing import Any

from echoforensics.case.recording_query import FoundRecording
from echoforensics.report.media import Recording
from echoforensics.review.work.subjects import ItemFilter, SoundGroups, recording_subject


def recording(name: str, *, device_sound: bool = False, text: str = "", number: int = 1) -> Recording:
    row: Any = {
        "exhibit": f"EF-{number:07}", "datetime": "2024-03-09T12:00:00+00:00", "timestamp": 1_709_985_600_000_000,
        "device_serial": "G0", "device_type": None, "interaction": None,
    }  # fmt: skip
    texts = (("EF-0000009", text),) if text else ()
    found = FoundRecording(name, (row,), {"duration_us": 2_500_000}, (f"disk: /{name}",), texts, "")
    return Recording(found, f"{name}.wav", playable=True, device_sound=device_sound)


SOUNDS = {name: recording(name, number=number) for number, name in enumerate("abcde", 1)}


def test_equal_sounds_are_one_item_by_the_first_of_them() -> None:
    groups = SoundGroups(SOUNDS, [("d", "b"), ("e", "d"), ("a", "unknown")])
    wanted = [[one.found.sha256 for one in group] for group in groups.wanted(ItemFilter(), None)]

    assert wanted == [["a"], ["b", "d", "e"], ["c"]]
    assert [one.found.sha256 for one in groups.group_of("b")] == ["b", "d", "e"]
    assert groups.group_of("d") == ()
    item = recording_subject("id", "case", [SOUNDS["b"], SOUNDS["d"]])
    assert (item.key, item.exhibits, item.seconds, item.title) == ("b", ("EF-0000002", "EF-0000004"), 2.5, "b.wav")


def test_the_makers_own_sounds_can_be_left_out() -> None:
    sounds = {"a": recording("a", device_sound=True), "b": recording("b", text="Turn ON the light")}
    groups = SoundGroups(sounds, [])

    def wanted(**asked: Any) -> list[str]:
        return [group[0].found.sha256 for group in groups.wanted(ItemFilter.of(asked), None)]

    assert wanted() == ["a", "b"]
    assert wanted(without_device_sounds=True) == ["b"]
    assert wanted(text="turn on") == ["b"]
    assert wanted(device="G0") == ["a", "b"]
    assert wanted(device="G1") == []
    assert wanted(to="2024-03-09T12:00:00Z") == []
    assert wanted(**{"from": "2024-03-09T12:00:00Z"}) == ["a", "b"]
