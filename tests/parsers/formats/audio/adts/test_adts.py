"""ADTS frames, and the tag before them."""

from __future__ import annotations

import io
from pathlib import Path

from parsers.formats.audio.adts import describe as adts
from parsers.formats.audio.facts import AudioFacts, Undescribed

FIXTURES = Path(__file__).parents[1] / "fixtures"
AAC = (FIXTURES / "speech.aac").read_bytes()


def test_two_frames_are_not_enough() -> None:
    # Its frames take 311, 268 and 231 bytes.
    assert not adts.matches(AAC[:579] + b"more", "a.aac")
    assert not adts.matches(AAC[:311], "a.aac")
    assert adts.matches(AAC[:810], "a.aac")
    assert adts.describe(io.BytesIO(AAC), 809) == Undescribed("Only 2 ADTS frames follow each other.")


def test_two_frames_that_are_all_there_is_are_enough() -> None:
    assert adts.matches(AAC[:579], "a.aac")
    found = adts.describe(io.BytesIO(AAC), 579)
    assert isinstance(found, AudioFacts)
    assert (found.duration_us, found.issue, found.trailing) == (128_000, "", 0)


def test_channels_that_a_list_of_elements_states() -> None:
    # A list of one pair in front, one pair at the back and low tones; then what was there.
    bits = "101" + "0000" + "01" + "1000" + "0001" + "0000" + "0001" + "01" + "000" + "0000" + "000"
    bits += "1" + "0000" + "1" + "0001" + "0000"
    bits += "0" * (-len(bits) % 8) + "00000000"
    listed = int(bits, 2).to_bytes(len(bits) // 8, "big")
    frames, at = [], 0
    for _ in range(3):
        length = AAC[at + 3] % 4 << 11 | AAC[at + 4] << 3 | AAC[at + 5] >> 5
        body = listed + AAC[at + 7 : at + length]
        header = bytearray(AAC[at : at + 7])
        size = len(body) + 7
        header[2] &= 0xFE
        header[3] = size >> 11
        header[4] = size >> 3 & 0xFF
        header[5] = header[5] & 0x1F | (size & 7) << 5
        frames.append(bytes(header) + body)
        at += length
    content = b"".join(frames)
    found = adts.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    assert found.channels == 5


def test_tag_before_adts() -> None:
    content = b"ID3\4\0\0\0\0\0\x0d" + b"TIT2\0\0\0\3\0\0\0ab" + AAC
    assert adts.matches(content, "a.aac")
    found = adts.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    assert (found.end, found.duration_us, found.metadata) == (len(content), 704_000, {"TIT2": "ab"})


def test_adts_header_bounds() -> None:
    for changed in (b"\xff\xf1\x7c", b"\xff\xf5\x60", b"\xff\xe1\x60"):  # rate index 15, layer 2, no sync
        content = changed + AAC[3:]
        assert not adts.matches(content, "a.aac")
        found = adts.describe(io.BytesIO(content), len(content))
        assert isinstance(found, AudioFacts)
        assert found.full_issue == "damaged: 311 bytes in 1 place are no frame of it (311 bytes at byte 0)"
    empty = bytearray(AAC[:7])
    empty[3], empty[4], empty[5] = empty[3] & 0xFC, 0, 0x1F  # a length of 0 would never end
    assert isinstance(adts.describe(io.BytesIO(bytes(empty) * 9), 63), Undescribed)
