"""Ogg pages: checksums, chains, streams side by side, loss and damage."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.audio.damage import Damage
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.ogg import describe as ogg
from parsers.formats.audio.ogg.codecs import identify, opus_samples
from parsers.formats.audio.ogg.pages import read_page
from parsers.formats.audio.window import Window

FIXTURES = Path(__file__).parents[1] / "fixtures"
OPUS = (FIXTURES / "speech.opus").read_bytes()
VORBIS = (FIXTURES / "speech_vorbis.ogg").read_bytes()


def _facts(content: bytes) -> AudioFacts:
    found = ogg.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _pages(content: bytes) -> list[bytearray]:
    window, at, pages = Window(io.BytesIO(content), len(content)), 0, []
    while (page := read_page(window, at)) is not None:
        pages.append(bytearray(content[at : at + page.length]))
        at += page.length
    return pages


def _sealed(page: bytearray) -> bytes:
    page[22:26] = bytes(4)
    page[22:26] = crc32_of_ogg(bytes(page)).to_bytes(4, "little")
    return bytes(page)


def _with_serial(content: bytes, serial: int) -> bytes:
    pages = _pages(content)
    for page in pages:
        page[14:18] = serial.to_bytes(4, "little")
    return b"".join(map(_sealed, pages))


def _page(flags: int, sequence: int, body: bytes, granule: int = 0, serial: int = 7) -> bytes:
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = b"OggS\0" + bytes([flags]) + granule.to_bytes(8, "little", signed=True) + serial.to_bytes(4, "little")
    return _sealed(bytearray(head + sequence.to_bytes(4, "little") + bytes(4) + bytes([len(lacing)]) + lacing + body))


def test_fixtures_are_of_several_pages() -> None:
    assert (len(_pages(OPUS)), len(_pages(VORBIS))) == (9, 8)


def test_wrong_checksum() -> None:
    content = bytearray(OPUS)
    content[700] ^= 1
    found = _facts(bytes(content))
    assert found.issue == "damaged: the checksums of 1 of 9 pages are wrong"
    # Its 100 ms are not played.
    assert (found.end, found.duration_us) == (len(OPUS), 500_000)
    assert found.damage == (Damage(sum(map(len, _pages(OPUS)[:4])), len(_pages(OPUS)[4])),)


def test_lost_page() -> None:
    pages = _pages(OPUS)
    found = _facts(b"".join(map(bytes, pages[:4] + pages[5:])))
    assert found.issue == "damaged: pages are missing; the page numbers jump 1 times"


def test_never_closed() -> None:
    found = _facts(b"".join(map(bytes, _pages(OPUS)[:-1])))
    assert found.issue == ("not finished: none of its 8 pages is marked as the last; it was cut off or never closed")
    assert found.ending is Ending.OPEN
    assert found.duration_us == (28800 - 312) * 1_000_000 // 48000


def test_chain_counts_both_links() -> None:
    content = OPUS + _with_serial(OPUS, 99)
    found = _facts(content)
    assert (found.end, found.duration_us, found.issue) == (len(content), 1_200_000, "")
    assert found.notes[-1] == "It holds 2 streams, 2 of them sound of a known coding."


def test_chain_with_one_serial_number_counts_both_links() -> None:
    found = _facts(OPUS + OPUS)
    assert (found.end, found.trailing, found.duration_us, found.issue) == (2 * len(OPUS), 0, 1_200_000, "")


@pytest.mark.parametrize("serial", [None, 99])
def test_link_that_was_never_closed_does_not_end_the_chain(serial: int | None) -> None:
    opened = _pages(OPUS)
    opened[-1][5] &= ~4
    second = OPUS if serial is None else _with_serial(OPUS, serial)
    found = _facts(b"".join(map(_sealed, opened)) + second)
    assert (found.trailing, found.duration_us) == (0, 613_500 + 600_000)
    assert found.issue == "damaged: 1 of its links have no page that is marked as the last"


def test_streams_side_by_side_are_not_added_up() -> None:
    one, two = _pages(OPUS), _pages(_with_serial(OPUS, 99))
    content = b"".join(bytes(page) for pair in zip(one, two, strict=True) for page in pair)
    found = _facts(content)
    assert (found.end, found.duration_us, found.issue) == (len(content), 600_000, "")


def test_page_of_a_stream_that_never_began_ends_the_recording() -> None:
    pages = _pages(OPUS)
    stray = _pages(_with_serial(VORBIS, 5))[3]
    content = b"".join(map(bytes, pages[:5])) + bytes(stray)
    found = _facts(content)
    assert found.trailing == len(stray)
    assert found.issue.startswith("not finished: none of its 5 pages")


def test_opus_that_begins_in_the_middle_of_a_broadcast() -> None:
    pages = _pages(OPUS)
    for page in pages[2:]:
        granule = int.from_bytes(page[6:14], "little") + 48000 * 3600
        page[6:14] = granule.to_bytes(8, "little")
    assert _facts(b"".join(map(_sealed, pages))).duration_us == 600_000


def test_damaged_first_page_is_still_reported() -> None:
    content = bytearray(OPUS)
    content[40] ^= 0xFF  # within OpusHead: the encoder's input rate
    found = _facts(bytes(content))
    assert (found.codec, found.issue) == ("Opus", "damaged: the checksums of 1 of 9 pages are wrong")


@pytest.mark.parametrize("body", [b"OpusHead", b"OpusTags", b"\x01vorbis", b"\x7fFLAC", b"\x80theora", b""])
def test_no_known_sound(body: bytes) -> None:
    content = _page(2, 0, body)
    assert isinstance(ogg.describe(io.BytesIO(content), len(content)), Undescribed)
    assert identify(body) is None


def test_stream_of_a_coding_that_is_not_known_is_claimed_and_not_described() -> None:
    content = _page(2, 0, b"\x80theora" + bytes(40))
    assert ogg.matches(content, "a.ogg")
    assert isinstance(ogg.describe(io.BytesIO(content), len(content)), Undescribed)
    assert not ogg.matches(OPUS[47:], "a.opus")  # the page of tags is no beginning


def test_comment_that_lies_about_its_lengths() -> None:
    head = OPUS[28:47]
    for tags in (b"", b"\xff\xff\xff\xff", b"\0\0\0\0\xff\xff\xff\xff", b"\1\0\0\0x\2\0\0\0\3\0\0\0a=b\xff\0\0\0"):
        content = _page(2, 0, head) + _page(0, 1, b"OpusTags" + tags) + _page(4, 2, b"\x08", 960)
        found = _facts(content)
        assert found.issue == ""
        assert found.duration_us == (960 - 312) * 1_000_000 // 48000
        assert found.metadata in ({}, {"encoder software": "x", "a": "b"})


def test_tags_of_many_pages_are_bounded() -> None:
    comments = b"".join(len(text := b"K%05d=v" % n).to_bytes(4, "little") + text for n in range(5000))
    tags = b"OpusTags" + bytes(4) + (5000).to_bytes(4, "little") + comments
    pieces = [tags[at : at + 255 * 250] for at in range(0, len(tags), 255 * 250)]
    content = _page(2, 0, OPUS[28:47])
    content += b"".join(_page(1 if n else 0, n + 1, piece) for n, piece in enumerate(pieces))
    found = _facts(content + _page(4, len(pieces) + 1, b"\x08", 1272))
    assert (len(found.metadata), found.issue) == (256, "")
    assert found.notes[-1] == "4744 of its tags were left out: unreadable, or beyond what is kept."


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"", 0),
        (bytes([0 << 3]), 480),
        (bytes([3 << 3]), 2880),
        (bytes([12 << 3 | 1]), 960),
        (bytes([31 << 3 | 2]), 1920),
        (bytes([16 << 3 | 3, 5]), 600),
        (bytes([16 << 3 | 3]), 0),
    ],
)
def test_opus_packet_durations(packet: bytes, samples: int) -> None:
    assert opus_samples(packet) == samples
