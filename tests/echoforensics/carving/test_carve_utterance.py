from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.carving import utterance
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]

SPOKEN = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"
PLAIN = "AB72C64C86AW2:1.0/2017/07/16/21/B0F00712529602QX/07:54::TNIH_2V.72e28a5c-1d45-43e1-b7a4-5ad5f5d1e1d9ZXV"
# Letters directly before an id cannot be told from it.
NOISE = random.Random(4).randbytes(3000) + b"\0"


@pytest.mark.parametrize("text", [SPOKEN, PLAIN])
@pytest.mark.parametrize("before", [b"", NOISE, b'{"utteranceId":"', b"id=", b" "], ids=range(5))
def test_an_id_is_carved_to_its_last_character(text: str, before: bytes, after: bytes, scan_for: Scan) -> None:
    media = before + text.encode() + b'"' + after

    assert scan_for(media, *utterance.SIGNATURES, block=97) == [
        Carved(
            "utterance id",
            ".utterance-id",
            ((len(before), len(text)),),
            Grade.WHOLE,
            "the form of an utterance id ends here",
            is_record=True,
        )
    ]


def test_an_id_in_an_address_is_carved_as_it_stands(scan_for: Scan) -> None:
    encoded = quote(SPOKEN, safe="").encode()
    (found,) = scan_for(b"/api/utterance/audio/data?id=" + encoded + b" HTTP", *utterance.SIGNATURES)

    assert found.ranges == ((29, len(encoded)),)
    assert found.detail == "percent-encoded, as in an address"


def test_ids_one_behind_the_other_are_each_found(scan_for: Scan) -> None:
    media = (SPOKEN + "\n" + PLAIN + "\n").encode() * 3
    found = scan_for(media, *utterance.SIGNATURES, block=50)

    assert [media[each.offset : each.offset + each.length].decode() for each in found] == [SPOKEN, PLAIN] * 3


@pytest.mark.parametrize("other", [b"/12:34::x", b"2024/03/08 /31:47::T", b"a" * 500 + b"/31:47::T" + b"b" * 500])
def test_what_is_no_id_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *utterance.SIGNATURES) == []


@given(st.integers(0, len(SPOKEN) - 1), st.binary(min_size=1, max_size=5), st.integers(0, 120))
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(at: int, change: bytes, place: int) -> None:
    text = SPOKEN.encode()
    content = text[:at] + change + text[at + len(change) :]
    view = View(len(content), lambda offset, size: content[offset : offset + size])
    found = utterance.carve(view, min(place, len(content) - 1))

    assert found is None or found.offset + found.length <= len(content)
