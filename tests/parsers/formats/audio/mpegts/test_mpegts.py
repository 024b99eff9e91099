"""Transport streams: packets, tables and times, honest and not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.mpegts import describe as mpegts
from parsers.formats.audio.mpegts import elementary, tables
from parsers.formats.audio.mpegts.packets import PACKET, layout, parse_pes

FIXTURES = Path(__file__).parents[1] / "fixtures"
TS, M2TS = (FIXTURES / "speech.ts").read_bytes(), (FIXTURES / "mp3.m2ts").read_bytes()
SOUND = 256


class _Counting(io.BytesIO):
    """A stream that counts what is read of it."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.total += len(found)
        return found


def _described(content: bytes) -> AudioFacts | Undescribed:
    return mpegts.describe(io.BytesIO(content), len(content))


def _facts(content: bytes) -> AudioFacts:
    found = _described(content)
    assert isinstance(found, AudioFacts), found
    return found


def _packets(content: bytes) -> list[bytes]:
    return [content[at : at + PACKET] for at in range(0, len(content), PACKET)]


def _number(packet: bytes) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _changed(change: Callable[[bytes], bytes]) -> bytes:
    return b"".join(change(packet) for packet in _packets(TS))


def _late(packet: bytes, ticks: int) -> bytes:
    """A packet of sound whose time of presentation is later."""
    start = packet.find(b"\0\0\1\xc0")
    if _number(packet) != SOUND or start < 0 or not packet[1] & 0x40:
        return packet
    header = parse_pes(packet[start:])
    assert header is not None
    assert header.presented is not None
    when = (header.presented + ticks) % (1 << 33)
    parts = 0x21 | when >> 29 & 0xE, when >> 22 & 0xFF, when >> 14 & 0xFE | 1, when >> 7 & 0xFF, when << 1 & 0xFE | 1
    return packet[: start + 9] + bytes(parts) + packet[start + 14 :]


@pytest.mark.parametrize("ticks", [0, 1000, (1 << 33) - 140_000, (1 << 33) - 129_000])
def test_times_that_begin_anew_within_it(ticks: int) -> None:
    found = _facts(_changed(lambda packet: _late(packet, ticks)))
    assert (found.duration_us, found.notes) == (704_000, ())


def test_clock_that_is_set_anew_is_left_out() -> None:
    found = _facts(TS + _changed(lambda packet: _late(packet, (1 << 33) - 120_000)))
    assert found.duration_us == 2 * 704_000
    assert found.notes == ("Its clock was set anew 1 times; the duration leaves these steps out.",)


@pytest.mark.parametrize("first", [1, 100, 187])
def test_begun_within_a_packet(first: int) -> None:
    content = TS[PACKET - first : PACKET] + TS
    assert mpegts.matches(content, "a.ts")
    assert not mpegts.matches(content, "a.bin")
    assert _facts(content).duration_us == 704_000


def test_packet_that_is_not_where_it_is_due() -> None:
    at = 5 * PACKET
    found = _facts(TS[:at] + bytes(70) + TS[at:])
    assert found.issue == "damaged: 1 times there is no packet where one is due"
    assert (found.rate_hz, found.channels) == (16000, 1)


def test_cut_within_a_packet() -> None:
    found = _facts(TS[:-50])
    assert found.issue == "truncated: it breaks off within a packet, 138 bytes into it"
    assert (found.end, found.ending) == (len(TS) - 50, Ending.CUT)


def test_encrypted_sound_is_an_issue() -> None:
    def scrambled(packet: bytes) -> bytes:
        return packet[:3] + bytes((packet[3] | 0xC0,)) + packet[4:] if _number(packet) == SOUND else packet

    found = _facts(_changed(scrambled))
    assert found.issue.startswith("encrypted: ")
    assert (found.codec, found.duration_us) == ("AAC (ADTS)", None)


def test_without_tables_a_stream_of_sound_is_found() -> None:
    found = _facts(b"".join(packet for packet in _packets(TS) if _number(packet) == SOUND))
    assert (found.codec, found.rate_hz, found.duration_us) == ("AAC-LC", 16000, 704_000)


def test_without_anything_it_is_an_issue() -> None:
    found = _described((b"\x47\x1f\xff\x10" + b"\xff" * 184) * 20)
    assert isinstance(found, Undescribed)
    assert not found.foreign
    assert "whether it holds sound is not known" in found.what


def _map(entries: bytes) -> bytes:
    body = b"\0\1\xc1\0\0\xe1\x00\xf0\x00" + entries + bytes(4)
    return b"\2" + (0xB000 | len(body)).to_bytes(2, "big") + body


def test_pictures_alone_are_foreign() -> None:
    found = tables.streams(_map(b"\x1b\xe1\x00\xf0\x00"))
    assert found is not None
    assert (found.sounds, found.has_pictures) == ([], True)
    pictures = _map(b"\x1b\xe1\x00\xf0\x00")

    def without_sound(packet: bytes) -> bytes:
        is_map = packet[5:6] == b"\2" and packet[1] & 0x40
        return packet[:5] + pictures.ljust(PACKET - 5, b"\xff") if is_map else packet

    other = _described(_changed(without_sound))
    assert isinstance(other, Undescribed)
    assert other.foreign


def test_a_private_stream_is_read_where_its_frames_are_plain_and_else_named() -> None:
    private = _map(b"\x06\xe1\x00\xf0\x00")

    def changed(packet: bytes, *, spoilt: bool) -> bytes:
        if packet[5:6] == b"\2" and packet[1] & 0x40:
            return packet[:5] + private.ljust(PACKET - 5, b"\xff")
        return packet.replace(b"\xff\xf1", b"\0\0") if spoilt and _number(packet) == SOUND else packet

    plain = _facts(_changed(lambda packet: changed(packet, spoilt=False)))
    assert (plain.codec, plain.rate_hz, plain.duration_us) == ("AAC-LC", 16000, 704_000)
    other = _described(_changed(lambda packet: changed(packet, spoilt=True)))
    assert isinstance(other, Undescribed)
    assert not other.foreign
    assert "whose streams are of a private kind" in other.what


def test_coding_whose_frames_are_not_read_is_described_with_an_issue() -> None:
    of_dts = _map(b"\x06\xe1\x00\xf0\x06\x05\x04DTS1")

    def changed(packet: bytes) -> bytes:
        is_map = packet[5:6] == b"\2" and packet[1] & 0x40
        return packet[:5] + of_dts.ljust(PACKET - 5, b"\xff") if is_map else packet

    found = _facts(_changed(changed))

    assert (found.codec, found.rate_hz, found.channels) == ("DTS", None, None)
    assert found.issue == "described without its rate and channels, which are not read of DTS"


def test_one_frame_within_bytes_of_an_unknown_coding_is_no_sound() -> None:
    frame = b"\xff\xf1\x60\x40\x01\x7f\xfc" + bytes(4)
    unknown, stated = elementary.reader(tables.UNKNOWN), elementary.reader("AAC (ADTS)")
    assert unknown(b"\1" * 50 + frame) is None
    assert stated(b"\1" * 50 + frame) is not None
    assert unknown(b"\1" * 50 + frame * 3) is not None
    assert unknown(frame) is not None


@pytest.mark.parametrize(
    ("entry", "codec", "channels"),
    [
        (b"\x03\xe1\x00\xf0\x00", "MPEG audio", None),
        (b"\x0f\xe1\x00\xf0\x00", "AAC (ADTS)", None),
        (b"\x11\xe1\x00\xf0\x00", "AAC (LATM)", None),
        (b"\x81\xe1\x00\xf0\x00", "AC-3", None),
        (b"\x06\xe1\x00\xf0\x03\x6a\x01\x00", "AC-3", None),
        (b"\x06\xe1\x00\xf0\x02\x7a\x00", "E-AC-3", None),
        (b"\x06\xe1\x00\xf0\x0a\x05\x04Opus\x7f\x02\x80\x02", "Opus", 2),
        (b"\x06\xe1\x00\xf0\x06\x05\x04DTS1", "DTS", None),
    ],
)
def test_codings_of_the_tables(entry: bytes, codec: str, channels: int | None) -> None:
    found = tables.streams(_map(entry))
    assert found is not None
    assert found.sounds == [tables.ElementaryStream(SOUND, codec, channels)]


def test_layouts() -> None:
    assert layout(TS) == (188, 0)
    assert layout(M2TS) == (192, 4)
    with_checksums = b"".join(packet + bytes(16) for packet in _packets(TS))
    assert layout(with_checksums) == (204, 0)
    assert _facts(with_checksums).duration_us == 704_000
    assert layout(TS[: 3 * PACKET]) is None


def test_many_breaks_are_passed_in_linear_time() -> None:
    content = (TS[: 5 * PACKET] + b"\0" * 40) * 4000
    stream = _Counting(content)
    found = mpegts.describe(stream, len(content))
    assert isinstance(found, AudioFacts)
    assert found.issue.startswith("damaged: ")
    assert stream.total < 8 * len(content)
