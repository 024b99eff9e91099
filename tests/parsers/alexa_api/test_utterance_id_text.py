from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.utterance_id_text import UtteranceIdText
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming

SPOKEN = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"


@pytest.mark.parametrize("content", [SPOKEN.encode(), quote(SPOKEN, safe="").encode()])
def test_an_id_by_itself_is_a_record(content: bytes) -> None:
    source = Source.of(content, "p8/$Carved/000000001000.utterance-id")
    (record,) = UtteranceIdText().parse(source)

    assert "utterance_id_text" in [parser.name for parser in claiming(source)]
    assert isinstance(record, Record)
    assert (record.utterance_id, record.device_serial, record.device_type) == (
        SPOKEN,
        "B0DEM0000000EF01",
        "AB72C64C86AW2",
    )
    assert record.message == (
        f"An utterance id stands here: {SPOKEN}; it names a device of type AB72C64C86AW2, serial number"
        " B0DEM0000000EF01. Nothing but the id is here."
    )
    (timestamp,) = record.timestamps
    assert timestamp.timestamp == int(datetime(2024, 3, 8, 20, 31, 47, tzinfo=UTC).timestamp()) * 1_000_000
    assert record.fields["percent_encoded"] is (b"%" in content)


STREAM = "1d4c2a70-5b1e-4f0a-9c3d-000000000005"
HEARD = Timestamp(
    "Recorded Time",
    "2021/11/02/09 31:47",
    Clock.CLOUD,
    1_635_845_507_000_000,
    "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
)


@pytest.mark.parametrize("encoded", [False, True])
def test_a_whole_record_of_an_id_without_a_serial_number(encoded: bool) -> None:
    text = f"A3S5BH2HU6VAYF:1.0/2021/11/02/09/DEVICE_UNSPECIFIED/31:47::TNIH_2V.{STREAM}LPM/2"
    content = quote(text, safe="") if encoded else text

    assert list(UtteranceIdText().parse(Source.of(content.encode()))) == [
        Record(
            data_type="echo:utterance_id:found",
            message=(
                f"An utterance id stands here: {text}; it names a device of type A3S5BH2HU6VAYF."
                " Nothing but the id is here."
            ),
            locator="",
            timestamps=(HEARD,),
            device_type="A3S5BH2HU6VAYF",
            utterance_id=text,
            fields={
                "source": "A3S5BH2HU6VAYF",
                "stream": STREAM,
                "region": "LPM",
                "segment": 2,
                "percent_encoded": encoded,
            },
        )
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("TextClient", "; it names TextClient as its source, which stands for text, not speech"),
        ("Other", ""),
    ],
)
def test_a_whole_record_of_an_id_that_names_no_device(source: str, says: str) -> None:
    text = f"{source}:1/2021/11/02/09/DEVICE_UNSPECIFIED/31:47::TNIH_2V.{STREAM}"
    note = "From the utterance id, UTC, in whole seconds. The id names TextClient as its source: text, no audio."

    assert list(UtteranceIdText().parse(Source.of(text.encode()))) == [
        Record(
            data_type="echo:utterance_id:found",
            message=f"An utterance id stands here: {text}{says}. Nothing but the id is here.",
            locator="",
            timestamps=(replace(HEARD, note=note) if says else HEARD,),
            utterance_id=text,
            fields={"source": source, "stream": STREAM, "region": "", "segment": None, "percent_encoded": False},
        )
    ]


def test_the_longest_id_that_is_carved_is_read() -> None:
    text = f"{'A' * 40}:1.0/2021/11/02/09/{'S' * 40}/31:47::{'T' * 20}.{STREAM}{'R' * 16}/123456"
    for content in (text.encode(), quote(text, safe="").encode(), quote(text).encode()):
        assert UtteranceIdText().claims(Source.of(content))


@pytest.mark.parametrize(
    "other",
    [
        SPOKEN.encode() + b"\n",
        b" " + SPOKEN.encode(),
        SPOKEN.replace("/03/", "/13/").encode(),
        SPOKEN.replace(":1.0/", ":" + "1." * 200 + "0/").encode(),
        quote(quote(SPOKEN, safe=""), safe="").encode(),
        SPOKEN.replace("B0DEM", "B0\u0661").encode(),
        b"%" * 360,
        b"%FF" * 100,
    ],
    ids=range(8),
)
def test_what_is_no_id_is_one_issue(other: bytes) -> None:
    source = Source.of(other)

    assert not UtteranceIdText().claims(source)
    assert list(UtteranceIdText().parse(source)) == [Issue("One utterance id was expected.", "", other[:64])]


@pytest.mark.parametrize("other", [b"", b"text", SPOKEN.encode() + b"\n" + SPOKEN.encode(), b"x" * 5000])
def test_other_files_are_not_claimed(other: bytes) -> None:
    assert not UtteranceIdText().claims(Source.of(other))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(content: bytes) -> None:
    for item in UtteranceIdText().parse(Source.of(content)):
        assert isinstance(item, Record | Issue)


@given(st.integers(0, len(SPOKEN)), st.integers(0, 5), st.binary(max_size=5), st.booleans())
def test_a_changed_id_never_raises_and_is_read_if_it_is_claimed(
    at: int, gone: int, change: bytes, encoded: bool
) -> None:
    text = SPOKEN.encode()
    content = text[:at] + change + text[at + gone :]
    source = Source.of(quote(content, safe="").encode() if encoded else content)
    (found,) = UtteranceIdText().parse(source)

    assert isinstance(found, Record) is UtteranceIdText().claims(source)
