"""Records of one time at which somebody spoke to a device, as each source keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from echoforensics.case.spoken.spoken_record import SpokenRecord, SpokenTime

MakeRecord = Callable[..., SpokenRecord]

SERIAL = "G000SAMPLE000001"
TYPE = "A0SAMPLETYPE1"


@pytest.fixture
def uuid() -> Callable[[int], str]:
    return lambda number: f"{number:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1"


@pytest.fixture
def stream_id(uuid: Callable[[int], str]) -> Callable[..., str]:
    """An utterance id: number of the stream, seconds after 12:00, segment."""

    def make(number: int, seconds: int = 0, segment: int | None = None, serial: str = SERIAL) -> str:
        at = f"2024/03/09/12/{serial}/{seconds // 60:02}:{seconds % 60:02}"
        whole = f"{TYPE}:1.0/{at}::TNIH_2V.{uuid(number)}ZXV"
        return whole if segment is None else f"{whole}/{segment}"

    return make


@pytest.fixture
def noon() -> int:
    """12:00 of that day, in microseconds."""
    return 1_709_985_600_000_000


@pytest.fixture
def record() -> MakeRecord:
    """A record of a data type; its id is made of what it says, as those of the case are."""

    def make(data_type: str, name: str = "", **given: object) -> SpokenRecord:
        values: dict[str, object] = {
            "message": f"The record {name} says so.", "locator": "line:1", "sha256": "aa", "evidence": ("one",),
            "exhibit": f"EF-{name}", **given,
        }  # fmt: skip
        times = values.get("times", ())
        values["times"] = tuple(
            time if isinstance(time, SpokenTime) else SpokenTime(*time)
            for time in (times if isinstance(times, (list, tuple)) else ())
        )
        return SpokenRecord(f"REC-{data_type}-{name}", data_type, **values)  # type: ignore[arg-type]

    return make
