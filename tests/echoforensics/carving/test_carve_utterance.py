from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import utterance
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.search import CarvingSearch
from parsers.alexa_api.utterance_id_text import UtteranceIdText
from parsers.parser import Source
from parsers.record import Record

Scan = Callable[..., list[Carved]]

SPOKEN = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"
PLAIN = "AB72C64C86AW2:1.0/2017/07/16/21/B0F00712529602QX/07:54::TNIH_2V.72e28a5c-1d45-43e1-b7a4-5ad5f5d1e1d9ZXV"
STREAM = "1d4c2a70-5b1e-4f0a-9c3d-000000000005"
FORMS = (
    SPOKEN,
    PLAIN,
    f"A3S5BH2HU6VAYF:1.0/2021/11/02/09/DEVICE_UNSPECIFIED/31:47::TNIH_2V.{STREAM}LPM/2",
    f"TextClient:1.0/2021/11/02/09/DEVICE_UNSPECIFIED/31:47::TNIH_2V.{STREAM}",
    f"AB72C64C86AW2:2/2019/12/31/23/G090_x1/31:47::0.{STREAM}/999999",
    f"{'A' * 40}:1234.1234.1234/2000/02/29/00/{'S' * 40}/31:47::{'T' * 20}.{STREAM}{'R' * 16}/123456",
)
# Letters directly before an id cannot be distinguished from it.
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


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encode", ["plain", "upper case", "lower case", "slashes alone", "colons alone"])
def test_every_form_is_carved_plain_and_percent_encoded(form: str, encode: str, scan_for: Scan) -> None:
    text = {
        "plain": form,
        "upper case": quote(form, safe=""),
        "lower case": form.replace(":", "%3a").replace("/", "%2f"),
        "slashes alone": form.replace("/", "%2F"),
        "colons alone": quote(form),
    }[encode]
    media = NOISE + text.encode() + b"\0" + NOISE

    assert scan_for(media, *utterance.SIGNATURES) == [
        Carved(
            "utterance id",
            ".utterance-id",
            ((len(NOISE), len(text)),),
            Grade.WHOLE,
            "the form of an utterance id ends here",
            "" if encode == "plain" else "percent-encoded, as in an address",
            is_record=True,
        )
    ]
    (record,) = UtteranceIdText().parse(Source.of(text.encode()))
    assert isinstance(record, Record)
    assert record.utterance_id == form


@pytest.mark.parametrize("block", [1, 2, 97, 97 + 31, 4096])
@pytest.mark.parametrize("text", [SPOKEN, quote(SPOKEN, safe="")], ids=["plain", "encoded"])
def test_an_id_at_any_border_of_two_blocks(block: int, text: str, scan_for: Scan) -> None:
    media = NOISE[-128:] + text.encode() + b"\0" * 300
    found = scan_for(media, *utterance.SIGNATURES, block=block)

    assert [each.ranges for each in found] == [((128, len(text)),)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("%22", "%22"),
        ("%7B%22utteranceId%22%3A%22", "%22%7D"),
        ("id%3D", "%26x%3D1"),
        ("%20", "%20"),
        ("%5B%22", "%2C"),
    ],
)
@pytest.mark.parametrize("text", [SPOKEN, quote(SPOKEN, safe="")], ids=["plain", "encoded"])
def test_encoded_signs_around_an_id_are_not_part_of_it(before: str, after: str, text: str, scan_for: Scan) -> None:
    media = f"https://x/y?z={before}{text}{after}".encode()
    (found,) = scan_for(media, *utterance.SIGNATURES)

    assert media[found.offset : found.offset + found.length].decode() == text
    assert found.detail == ("percent-encoded, as in an address" if "%" in text else "")


def test_ids_that_touch_are_each_found(scan_for: Scan) -> None:
    # After the number of a segment the next id begins; after a region it cannot be told where.
    media = (SPOKEN + SPOKEN + PLAIN + SPOKEN).encode()
    found = [media[each.offset : each.offset + each.length].decode() for each in scan_for(media, *utterance.SIGNATURES)]

    assert found == [SPOKEN, SPOKEN, PLAIN + SPOKEN.partition(":")[0], "ZXV" + SPOKEN]


@pytest.mark.parametrize("cut", range(1, len(PLAIN), 5))
def test_an_id_that_is_cut_before_its_stream_is_whole_is_none(cut: int, scan_for: Scan) -> None:
    beginning, end = PLAIN[:cut].encode() + b"\0", b"\0" + PLAIN[cut:].encode()
    whole_at = len(PLAIN) - len("ZXV")

    assert bool(scan_for(beginning, *utterance.SIGNATURES)) is (cut >= whole_at)
    assert bool(scan_for(end, *utterance.SIGNATURES)) is (cut < PLAIN.index(":"))


@pytest.mark.parametrize("wrong", ["/13/", "/00/", "/2024/02/30/20/", "/2024/03/08/24/", "/60:47::", "/31:60::"])
def test_a_date_that_does_not_exist_makes_no_id(wrong: str, scan_for: Scan) -> None:
    text = {
        "/13/": SPOKEN.replace("/03/", wrong),
        "/00/": SPOKEN.replace("/03/", wrong),
        "/60:47::": SPOKEN.replace("/31:47::", wrong),
        "/31:60::": SPOKEN.replace("/31:47::", wrong),
    }.get(wrong, SPOKEN.replace("/2024/03/08/20/", wrong))

    assert text != SPOKEN
    assert scan_for(text.encode(), *utterance.SIGNATURES) == []


@pytest.mark.parametrize("run", [b"/31:47::T", b"%2F31%3A47%3A%3AT", b"A:1/", b"%", b"%2F"])
def test_hostile_runs_read_little_around_each_place(run: bytes) -> None:
    content = run * 3000
    asked = 0

    def read(at: int, size: int) -> bytes:
        nonlocal asked
        asked += size
        return content[at : at + size]

    search = CarvingSearch(View(len(content), read, window=360), utterance.SIGNATURES)
    search.feed(content)

    assert search.finish() == []
    assert asked <= 3000 * 360


@settings(deadline=None)
@given(st.integers(0, len(SPOKEN) - 1), st.binary(min_size=1, max_size=5), st.integers(0, 120))
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(at: int, change: bytes, place: int) -> None:
    text = SPOKEN.encode()
    content = text[:at] + change + text[at + len(change) :]
    view = View(len(content), lambda offset, size: content[offset : offset + size])
    found = utterance.carve(view, min(place, len(content) - 1))

    assert found is None or found.offset + found.length <= len(content)


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200), st.booleans(), st.integers(0, 500))
def test_arbitrary_bytes_around_a_place_never_raise(before: bytes, after: bytes, encoded: bool, other: int) -> None:
    content = before + (b"%2F31%3A47%3A%3AT" if encoded else b"/31:47::T") + after
    view = View(len(content), lambda offset, size: content[offset : offset + size])
    for place in (len(before), min(other, len(content))):
        found = utterance.carve(view, place)
        assert found is None or found.offset <= place < found.offset + found.length <= len(content)
