"""Ogg pages damaged, lost, repeated and begun late: what is said of it, and what plays."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.audio.damage import Damage
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.ogg import describe as ogg
from parsers.formats.audio.ogg.packets import PacketMeasure, is_header
from parsers.formats.audio.ogg.pages import read_page
from parsers.formats.audio.window import Window

FIXTURES = Path(__file__).parents[1] / "fixtures"
NAMES = ("speech.opus", "speech_vorbis.ogg", "speech.spx")


def _facts(content: bytes) -> AudioFacts:
    found = ogg.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _pages(content: bytes) -> list[bytes]:
    window, at, pages = Window(io.BytesIO(content), len(content)), 0, []
    while (page := read_page(window, at)) is not None:
        pages.append(content[at : at + page.length])
        at += page.length
    return pages


def _content(name: str) -> list[bytes]:
    """The pages of a fixture; those of Speex, which has all its sound on one, with five packets on each."""
    pages = _pages((FIXTURES / name).read_bytes())
    if name != "speech.spx":
        return pages
    lacing, body = pages[2][27 : 27 + pages[2][26]], pages[2][27 + pages[2][26] :]
    found, at = pages[:2], 0
    for number in range(0, len(lacing), 5):
        sizes = lacing[number : number + 5]
        flags = b"\4" if number + 5 >= len(lacing) else b"\0"
        head = b"OggS\0" + flags + bytes(8) + pages[2][14:18] + bytes(8) + bytes([len(sizes)]) + sizes
        page = head + body[at : at + sum(sizes)]
        at += sum(sizes)
        found.append(_sealed(page, granule=320 * (number + len(sizes)) - 143, sequence=len(found)))
    return found


def _sealed(page: bytes, **numbers: int) -> bytes:
    changed = bytearray(page)
    for at, width, name in ((6, 8, "granule"), (18, 4, "sequence")):
        if name in numbers:
            changed[at : at + width] = numbers[name].to_bytes(width, "little")
    changed[22:26] = bytes(4)
    changed[22:26] = crc32_of_ogg(bytes(changed)).to_bytes(4, "little")
    return bytes(changed)


def _granule(page: bytes) -> int:
    return int.from_bytes(page[6:14], "little")


OPUS = _pages((FIXTURES / "speech.opus").read_bytes())
WHOLE = b"".join(OPUS)
#: Each page but the two of headers and the last holds 100 ms.
PAGE_US = 100_000


@pytest.mark.parametrize("byte", [0, 3, 4, 14, 22, 26, 27, 40])
def test_damaged_page_costs_its_own_sound_alone(byte: int) -> None:
    at = len(b"".join(OPUS[:4]))
    bad = bytearray(WHOLE)
    bad[at + byte] ^= 0xFF
    found = _facts(bytes(bad))
    assert found.damage == (Damage(at, len(OPUS[4])),)
    assert (found.trailing, found.duration_us) == (0, 600_000 - PAGE_US)
    assert found.issue.startswith("damaged: ")
    assert "jump" not in found.issue


def test_bytes_between_pages_cost_no_sound() -> None:
    at = len(b"".join(OPUS[:4]))
    for between in (bytes(900), b"OggS" * 200, b"OggS\0" * 200, b"\xff" * 900):
        found = _facts(WHOLE[:at] + between + WHOLE[at:])
        assert found.damage == (Damage(at, len(between)),)
        assert found.issue == f"damaged: {len(between)} bytes are no whole page of it"
        assert (found.trailing, found.duration_us) == (0, 600_000)


def test_links_with_bytes_between_them_are_one_recording() -> None:
    found = _facts(WHOLE + bytes(500) + WHOLE)
    assert (found.damage, found.duration_us, found.trailing) == ((Damage(len(WHOLE), 500),), 1_200_000, 0)


@pytest.mark.parametrize("name", NAMES)
def test_repeated_pages_count_once(name: str) -> None:
    pages = _content(name)
    whole = _facts(b"".join(pages))
    for repeated in ([*pages[:1], *pages], [*pages[:2], *pages], [*pages[:4], *pages[3:]]):
        found = _facts(b"".join(repeated))
        assert (found.duration_us, found.trailing) == (whole.duration_us, 0)
        assert "are there twice" in found.issue


@pytest.mark.parametrize("name", NAMES)
def test_sound_that_begins_late_is_not_reckoned_from_zero(name: str) -> None:
    pages = _content(name)
    heads = next(number for number, page in enumerate(pages) if 0 < _granule(page) < 1 << 63)
    rate = 48000 if name == "speech.opus" else 16000
    whole = _facts(b"".join(pages))
    moved = [
        _sealed(page, granule=_granule(page) + (3600 * rate if 0 < _granule(page) < 1 << 63 else 0)) for page in pages
    ]
    late = _facts(b"".join(moved))
    assert late.duration_us is not None
    assert whole.duration_us is not None
    # Of the first page, Vorbis and Speex play less where the sound begins with it.
    assert abs(late.duration_us - whole.duration_us) < 45_000
    assert any(note.startswith("Its sound begins 3") for note in late.notes)
    lost = [*pages[:heads], *(_sealed(page, sequence=heads + number) for number, page in enumerate(pages[heads + 2 :]))]
    begun = _facts(b"".join(lost))
    assert begun.duration_us is not None
    behind = _granule(pages[-1]) - _granule(pages[heads + 1])
    skipped = 6_500 if name == "speech.opus" else 0
    assert abs(begun.duration_us - (behind * 1_000_000 // rate - skipped)) < 25_000


@pytest.mark.parametrize("name", NAMES)
def test_hole_is_reported_and_not_played(name: str) -> None:
    pages = _content(name)
    whole = _facts(b"".join(pages))
    found = _facts(b"".join([*pages[:-3], *pages[-2:]]))
    gone = _granule(pages[-3]) - _granule(pages[-4])
    rate = 48000 if name == "speech.opus" else 16000
    assert found.issue == "damaged: pages are missing; the page numbers jump 1 times"
    assert whole.duration_us is not None
    assert found.duration_us is not None
    assert abs(whole.duration_us - gone * 1_000_000 // rate - found.duration_us) < 35_000


def test_pages_behind_the_last_are_played_and_reported() -> None:
    early = bytearray(OPUS[4])
    early[5] |= 4
    found = _facts(b"".join([*OPUS[:4], _sealed(bytes(early)), *OPUS[5:]]))
    assert (found.duration_us, found.trailing) == (600_000, 0)
    assert found.issue == "damaged: 4 of 9 pages follow one that is marked as the last of their stream"


def test_search_for_pages_takes_time_by_the_length() -> None:
    # Each looks like a page of 65307 bytes, none has the right checksum.
    fake = b"OggS\0" + bytes(21) + b"\xff" + b"\xff" * 255

    class Counted(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            content = super().read(size)
            self.total += len(content)
            return content

    content = Counted(WHOLE[:700] + b"OggS\0\0" * 60_000 + fake * 300)
    found = ogg.describe(content, len(content.getvalue()))
    assert isinstance(found, AudioFacts)
    assert content.total < 100 * len(content.getvalue())


def test_packets_that_tell_nothing_have_no_samples() -> None:
    assert PacketMeasure("Opus", []).samples(b"") == 0
    assert PacketMeasure("FLAC", []).samples(b"\xff\xf8") == 0
    for coding in ("Vorbis", "Speex", "Theora"):
        measure = PacketMeasure(coding, [])
        assert (measure.is_known, measure.samples(b"\0\0")) == (False, 0)
    for setup in (b"", b"\x05vorbis", b"\x05vorbis" + bytes(100), b"\x05vorbis" + b"\xff" * 100):
        first = b"\x01vorbis" + bytes(21) + b"\xb8\x01"
        assert not PacketMeasure("Vorbis", [first, setup]).is_known


def test_headers_are_known_by_how_they_begin() -> None:
    assert is_header("Opus", b"OpusTags...")
    assert is_header("Vorbis", b"\x05vorbis")
    assert is_header("FLAC", b"\x84\0\0\0")
    assert not is_header("Opus", b"\xfc")
    assert not is_header("Vorbis", b"\x02")
    assert not is_header("FLAC", b"\xff\xf8")
    assert not is_header("Speex", b"Speex   ")


def test_tags_of_any_length_do_not_hide_how_long_packets_are() -> None:
    pages = _content("speech_vorbis.ogg")
    whole = _facts(b"".join(pages))
    comment = b"\x03vorbis" + bytes(8) + b"x" * 1_500_000
    big: list[bytes] = []
    serial = pages[0][14:18]
    for at in range(0, len(comment), 255 * 255):
        part = comment[at : at + 255 * 255]
        lacing = bytes([255] * (len(part) // 255) + ([len(part) % 255] if len(part) % 255 else []))
        head = b"OggS\0" + (b"\1" if at else b"\0") + bytes(8) + serial + bytes(8) + bytes([len(lacing)])
        big.append(_sealed(head + lacing + part, sequence=len(big) + 1))
    # The packet of comments is the first of the second page; the one of settings follows it.
    second = pages[1]
    count = second[26]
    first = next(number for number, size in enumerate(second[27 : 27 + count]) if size < 255) + 1
    skipped = sum(second[27 : 27 + first])
    rest = second[:26] + bytes([count - first]) + second[27 + first : 27 + count] + second[27 + count + skipped :]
    later = [*pages[2:]]
    numbered = [_sealed(page, sequence=len(big) + 1 + number) for number, page in enumerate([rest, *later])]
    found = _facts(b"".join([pages[0], *big, *numbered]))
    assert found.issue == ""
    assert found.duration_us == whole.duration_us
