"""An image that is searched in ranges: the finds are those of one search, wherever a range ends."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from echoforensics.carving import ogg
from echoforensics.carving.carved import Carved, Grade, Signature, View
from echoforensics.carving.ranges import range_search
from echoforensics.carving.ranges.range_search import RangeFound, Remembered, join_ranges, ranges_of, search_range
from echoforensics.carving.scanner import OVERLAP
from echoforensics.carving.search import CarvingSearch
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_raw
from parsers.formats.audio.checksums import crc32_of_ogg

DRAW = random.Random(5)
BLOCK = 4 * OVERLAP


def page(number: int, body: bytes, flags: int = 0) -> bytes:
    segments = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, number * 960, 7, number, 0, len(segments)) + segments
    return head[:22] + struct.pack("<I", crc32_of_ogg(head + body)) + head[26:] + body


def planted() -> bytes:
    """A recording longer than two blocks, one in pieces that lie apart and out of order, frames, sound, and records."""
    sound = DRAW.randbytes(2 * BLOCK + 40_000)
    form = (
        b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16) + b"data" + struct.pack("<I", len(sound))
    )
    frames = b"".join(b"\xff\xf3\x64\xc4" + bytes(9) + DRAW.randbytes(131) for _ in range(3000))
    pages = [page(0, b"OpusHead\x01" + bytes(10), 2)]
    pages += [page(number, DRAW.randbytes(4000), 4 * (number == 90)) for number in range(1, 91)]
    at = np.arange(BLOCK // 2) / 16_000
    tone = sum(4000 / part * np.sin(2 * np.pi * 180 * part * at + part) for part in range(1, 8))
    item = {"activityStatus": "SUCCESS", "creationTimestamp": 1500000000000, "description": "x" * 300, "id": "A#1#2"}
    begin = b"".join((
        DRAW.randbytes(70_000), b"".join(pages[40:]), DRAW.randbytes(BLOCK - 120_000), frames, DRAW.randbytes(30_000),
        b"RIFF" + struct.pack("<I", len(form) + len(sound)) + form + sound, bytes(1000),
        json.dumps({"activities": [item] * 900}).encode(), bytes(9_000),
    ))  # fmt: skip
    # Samples of two bytes begin at an even offset.
    end = (tone + np.random.default_rng(1).normal(0, 60, at.size)).astype("<i2").tobytes(), b"".join(pages[:40])
    return b"".join((begin, bytes(len(begin) % 2), *end, DRAW.randbytes(20_000)))


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    image = tmp_path_factory.mktemp("media") / "image.dd"
    image.write_bytes(planted())
    opened = open_raw(image)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_search, "BLOCK_SIZE", BLOCK)


def one_search(media: Media, *signatures: Signature, most: int = 1000) -> CarvingSearch:
    search = CarvingSearch(View(media.size, media.read), signatures, most)
    for at in range(0, media.size, BLOCK):
        search.feed(media.read(at, BLOCK))
    search.finish()
    return search


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_ranges_give_what_one_search_gives(media: Media, blocks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    again, search = list[int](), range_search._again

    def search_again(media: Media, found: RangeFound, *given: Any) -> RangeFound:
        again.append(found.begin)
        return search(media, found, *given)

    monkeypatch.setattr(range_search, "_again", search_again)
    one = one_search(media)
    assert {each.suffix for each in one.carved} >= {".wav", ".mp3", ".ogg", ".pcm", ".json"}

    found = [search_range(media, *each) for each in ranges_of(media.size, blocks * BLOCK)]

    assert len(found) > 2
    assert join_ranges(media, found) == (one.carved, 0)
    assert again or blocks > 2, "the long recording lies across two borders"
    assert len(again) < len(found) - 1, "most ranges are searched once"


@pytest.mark.parametrize("most", [3, 10])
def test_no_more_are_kept_than_one_search_keeps(media: Media, most: int) -> None:
    mark = Signature("any", b"activityStatus", lambda _, at: Carved("any", ".a", ((at, 14),), Grade.WHOLE, ""), 14)
    one = one_search(media, mark, *ogg.SIGNATURES, most=most)
    found = [search_range(media, *each, (mark, *ogg.SIGNATURES)) for each in ranges_of(media.size, BLOCK)]
    assert one.beyond > 800
    assert join_ranges(media, found, (mark, *ogg.SIGNATURES), most) == (one.carved, one.beyond)


def test_a_text_that_reaches_into_a_range_is_followed_from_its_beginning(media: Media) -> None:
    ranges = ranges_of(media.size, BLOCK)
    found = [search_range(media, *each) for each in ranges]
    number = next(n for n, each in enumerate(found) if each.begin > BLOCK and each.carved)
    strange = Remembered(found[number].before.carved, (3, media.size))
    found[number] = replace(found[number], before=strange, carved=[])
    assert join_ranges(media, found) == (one_search(media).carved, 0)


def test_ranges_of_another_media_are_refused(media: Media) -> None:
    found = [search_range(media, *each, ogg.SIGNATURES) for each in ranges_of(media.size, BLOCK)]
    for wrong in (found[:-1], found[1:], [found[0], *found]):
        with pytest.raises(ValueError, match="media"):
            join_ranges(media, wrong, ogg.SIGNATURES)
    with pytest.raises(OSError, match="the media ended 5 bytes before its end"):
        search_range(media, 0, media.size + 5, ogg.SIGNATURES)
