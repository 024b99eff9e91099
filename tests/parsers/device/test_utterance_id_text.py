from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.device.utterance_id_text import UtteranceIdText
from parsers.parser import Source
from parsers.record import Issue, Record
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
    (moment,) = record.moments
    assert moment.timestamp == int(datetime(2024, 3, 8, 20, 31, 47, tzinfo=UTC).timestamp()) * 1_000_000
    assert record.fields["percent_encoded"] is (b"%" in content)


@pytest.mark.parametrize("other", [b"", b"text", SPOKEN.encode() + b"\n" + SPOKEN.encode(), b"x" * 5000])
def test_other_files_are_not_claimed(other: bytes) -> None:
    assert not UtteranceIdText().claims(Source.of(other))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(content: bytes) -> None:
    for item in UtteranceIdText().parse(Source.of(content)):
        assert isinstance(item, Record | Issue)
