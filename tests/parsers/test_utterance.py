from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.utterance import UtteranceId

OLD = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/12:36::TNIH_2V.91ba6538-f8c8-4922-8a1f-8473a8a24c0cZXV/0"
NEW = "AB72C64C86AW2:1.0/2021/12/31/16/DEVICE_UNSPECIFIED/52:12::TNIH_2V.062147d1-25ba-4ea5-b1c9-bdf4c3ad72d1LPM"


def test_taken_apart() -> None:
    assert UtteranceId.parse(OLD) == UtteranceId(
        text=OLD,
        source="AB72C64C86AW2",
        serial="B0F00715535302W5",
        timestamp=1500271956000000,
        uuid="91ba6538-f8c8-4922-8a1f-8473a8a24c0c",
        region="ZXV",
        segment=0,
    )
    found = UtteranceId.parse(NEW)
    assert found is not None
    assert (found.serial, found.region, found.segment) == (None, "LPM", None)
    assert found.recorded_time == "2021/12/31/16 52:12"
    assert found.key == "utterance:062147d1-25ba-4ea5-b1c9-bdf4c3ad72d1"


def test_found_inside_other_text() -> None:
    found = UtteranceId.find(f"https://x/api/utterance/audio/data?id={OLD}&x=1")
    assert found is not None
    assert found.text == OLD


@pytest.mark.parametrize(
    "text",
    [
        "",
        OLD + "/",
        OLD.replace("2017/07", "2017/13"),
        OLD.replace("12:36", "60:36"),
        OLD[:-40],
        OLD + "\n",
        "x" + "/" * 50,
    ],
)
def test_what_is_none(text: str) -> None:
    assert UtteranceId.parse(text) is None


@given(
    when=st.datetimes(datetime(2014, 1, 1), datetime(2099, 1, 1)),
    name=st.uuids(),
    segment=st.none() | st.integers(0, 999),
)
def test_any_id_comes_back_as_it_was(when: datetime, name: uuid.UUID, segment: int | None) -> None:
    suffix = "" if segment is None else f"/{segment}"
    text = f"A1:1.0/{when:%Y/%m/%d/%H}/SERIAL/{when:%M:%S}::TNIH_2V.{name}ZXV{suffix}"

    found = UtteranceId.parse(text)

    assert found is not None
    assert found.timestamp == int(when.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1_000_000
    assert (found.uuid, found.segment, found.text) == (str(name), segment, text)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    UtteranceId.parse(text)
    UtteranceId.find(text)
