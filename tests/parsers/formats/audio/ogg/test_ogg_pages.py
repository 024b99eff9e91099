"""What the header of an Ogg page says, and what is said of a page that is not as it should be."""

from __future__ import annotations

import io

import pytest

from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.audio.ogg.codecs import codec_name
from parsers.formats.audio.ogg.pages import NO_GRANULE, OggPageHeader, read_header, read_page
from parsers.formats.audio.window import Window


def _page(flags: int = 0, lacing: bytes = b"\x05", granule: int = 9, serial: int = 7, sequence: int = 1) -> bytes:
    head = b"OggS\0" + bytes([flags]) + granule.to_bytes(8, "little", signed=True) + serial.to_bytes(4, "little")
    head += sequence.to_bytes(4, "little")
    rest = bytes([len(lacing)]) + lacing + bytes(sum(lacing))
    return head + crc32_of_ogg(head + bytes(4) + rest).to_bytes(4, "little") + rest


def _window(content: bytes) -> Window:
    return Window(io.BytesIO(content), len(content))


def test_header_is_read_without_the_rest() -> None:
    content = b"..." + _page(6, b"\xff\x05", NO_GRANULE, 12, 3)
    header = read_header(_window(content[:32]), 3)

    assert header is not None
    assert (header.at, header.length, header.end, header.serial, header.sequence) == (3, 289, 292, 12, 3)
    assert (header.is_continued, header.begins, header.ends, header.is_open) == (False, True, True, False)
    assert header.granule == NO_GRANULE
    whole = read_page(_window(content), 3)
    assert whole is not None
    assert (whole.header, whole.is_whole, whole.missing) == (header, True, 0)
    assert read_header(_window(content[:31]), 3) is None
    assert read_header(_window(content), 4) is None


def test_page_that_is_damaged_or_not_all_there_is_not_whole() -> None:
    content = bytearray(_page())
    for end in range(1, len(content)):
        cut = read_page(_window(bytes(content[:end])), 0)
        assert cut is not None
        assert (cut.missing > 0, cut.is_whole, cut.body) == (True, False, b"")
    content[-1] ^= 1
    damaged = read_page(_window(bytes(content)), 0)
    assert damaged is not None
    assert (damaged.missing, damaged.intact, damaged.is_whole) == (0, False, False)


def test_flags_that_are_not_defined_are_reported() -> None:
    for flags in (0, 1, 2, 4, 7, 8, 0x80):
        page = read_page(_window(_page(flags)), 0)
        assert page is not None
        assert (page.is_whole, page.header.is_as_defined) == (True, flags < 8)


@pytest.mark.parametrize(("lacing", "is_open"), [(b"", False), (b"\x05", False), (b"\xff", True), (b"\xff\0", False)])
def test_packet_that_goes_on_in_the_next_page(lacing: bytes, is_open: bool) -> None:
    header = read_header(_window(_page(lacing=lacing)), 0)
    assert header is not None
    assert header.is_open is is_open


def test_which_page_may_be_the_next() -> None:
    page = OggPageHeader(0, 99, 0, 500, 7, 1, 0, is_open=False)
    following = page._replace(at=99, sequence=2, granule=900)

    assert page.may_precede(following)
    assert page.may_precede(following._replace(granule=NO_GRANULE))
    for other in (
        following._replace(serial=8),
        following._replace(sequence=3),
        following._replace(granule=400),
        following._replace(flags=2),
        following._replace(flags=1),
    ):
        assert not page.may_precede(other)
    assert not page._replace(flags=4).may_precede(following)
    assert page._replace(is_open=True).may_precede(following._replace(flags=1))


def test_coding_by_the_first_bytes_of_a_stream() -> None:
    names = [codec_name(each) for each in (b"OpusHead\1", b"\1vorbis", b"Speex   1", b"\x7fFLAC\1", b"OpusTags", b"")]
    assert names == ["Opus", "Vorbis", "Speex", "FLAC", "", ""]
