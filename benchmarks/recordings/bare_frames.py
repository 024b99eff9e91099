"""Recordings made of frames alone, whole and damaged: MP3, AAC in ADTS, AMR."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, inverted, replaced
from parsers.formats.audio.adts import frames as adts
from parsers.formats.audio.amr.frames import NARROW, WIDE
from parsers.formats.audio.mpeg import frames as mpeg

_ID3 = b"ID3\4\0\0\0\0\0\x3f" + b"PRIV\0\0\0\x35\0\0com.apple.streaming.transportStreamTimestamp\0" + bytes(9)
_MP3 = {
    "cbr128": (44100, 2, "-b:a 128k -write_xing 0"),
    "cbr_xing": (44100, 2, "-b:a 128k"),
    "vbr": (44100, 2, "-q:a 4"),
    "vbr_noxing": (44100, 2, "-q:a 4 -write_xing 0"),
    "mono": (48000, 1, "-b:a 64k"),
    "joint": (32000, 2, "-b:a 96k -joint_stereo 1"),
    "stereo": (32000, 2, "-b:a 96k -joint_stereo 0"),
    "mpeg2": (22050, 1, "-b:a 32k -write_xing 0"),
    "mpeg2_vbr": (24000, 2, "-q:a 5"),
    "mpeg25": (8000, 1, "-b:a 16k"),
    "mpeg25_noxing": (11025, 1, "-b:a 16k -write_xing 0"),
    "id3v1": (44100, 1, "-b:a 64k -write_id3v1 1"),
}


def make(folder: Path) -> Made:
    """Write the files, and say how each was made. Raises subprocess.CalledProcessError, OSError."""
    into = Folder(folder)
    for name, (rate, channels, options) in _MP3.items():
        content = encode("mp3", f"-c:a libmp3lame {options}", rate, channels)
        into.add(f"{name}.mp3", content, f"libmp3lame {options}, {rate} Hz, {channels} channels")
        _damage(into, name, "mp3", content, places(content, _mp3_length))
    layer2 = encode("mp2", "-c:a mp2 -b:a 128k", 48000)
    into.add("layer2.mp2", layer2, "layer II")
    _damage(into, "layer2", "mp2", layer2, places(layer2, _mp3_length))
    for rate, channels, bits in ((44100, 2, 96), (48000, 1, 64), (16000, 1, 24), (8000, 1, 16)):
        content = encode("aac", f"-c:a aac -b:a {bits}k -f adts", rate, channels)
        name = f"adts{rate}_{channels}"
        into.add(f"{name}.aac", content, f"ADTS, {rate} Hz, {channels} channels")
        _damage(into, name, "aac", content, places(content, _adts_length))
    _joined(into)
    _amr(into)
    return into.made


def places(content: bytes, length: Callable[[bytes], int]) -> list[int]:
    """Byte offsets of the frames from the first on, behind an ID3 tag, and of the byte behind the last."""
    at = 0
    if content[:3] == b"ID3":
        at = 10 + sum((content[6 + index] & 0x7F) << 7 * (3 - index) for index in range(4))
    found = []
    while size := length(content[at : at + 8]):
        found.append(at)
        at += size
    return [*found, at]


def _mp3_length(head: bytes) -> int:
    frame = mpeg.parse(head[:4])
    return frame.length if frame else 0


def _adts_length(head: bytes) -> int:
    frame = adts.parse(head[:7])
    return frame.length if frame else 0


def _damage(into: Folder, stem: str, suffix: str, content: bytes, at: list[int]) -> None:
    """Write a recording with its frames damaged in every manner."""
    middle, end = at[len(at) // 2], at[len(at) // 2 + 1]
    noise = random.Random(3).randbytes(3000)
    variants = {
        "sync": (inverted(content, middle), "the first byte of a frame in the middle inverted"),
        "second": (inverted(content, middle + 1), "the second byte of a frame in the middle inverted"),
        "third": (inverted(content, middle + 2), "the third byte of a frame in the middle inverted"),
        "zeros": (replaced(content, middle - 700, bytes(1500)), "1500 zeros written over the middle"),
        "noise": (replaced(content, middle - 900, noise[:2000]), "2000 random bytes written over the middle"),
        "lost": (content[: middle + 40] + content[end + 20 :], "bytes in the middle lost"),
        "inserted": (content[:middle] + noise + content[middle:], "3000 random bytes put in between two frames"),
        "within": (content[: middle + 50] + noise + content[middle + 50 :], "3000 random bytes put into a frame"),
        "id3": (content[:middle] + _ID3 + content[middle:], "an ID3 tag put in between two frames"),
        "last": (inverted(content, at[-2]), "the first byte of the last frame inverted"),
        "second_frame": (inverted(content, at[1]), "the first byte of the second frame inverted"),
        "tail": (content + bytes(4096), "4096 zeros put behind it"),
        "twice": (content + content, "written twice"),
        "late": (content[at[7] + 9 :], "the first seven frames and a part of the eighth lost"),
        "lead": (bytes(300) + content, "300 zeros put before it"),
    }
    for name, (bad, how) in variants.items():
        into.add(f"{stem}_{name}.{suffix}", bad, how)
    into.cut(stem, suffix, content)


def _joined(into: Folder) -> None:
    one = encode("mp3", "-c:a libmp3lame -b:a 128k", 44100, 2)
    two = encode("mp3", "-c:a libmp3lame -b:a 64k", 22050, 1, 2.0)
    three = encode("mp3", "-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0", 44100, 1, 2.0)
    into.add("joined_rates.mp3", one + two, "a recording of 22050 Hz behind one of 44100 Hz")
    into.add("joined_channels.mp3", one + three, "one channel behind two")
    into.add("joined_bit_rates.mp3", three + one, "a recording with tag and Xing frame behind one without")
    adts_one = encode("aac", "-c:a aac -b:a 96k -f adts", 44100, 2)
    adts_two = encode("aac", "-c:a aac -b:a 64k -f adts", 22050, 1, 2.0)
    into.add("joined_rates.aac", adts_one + adts_two, "ADTS of 22050 Hz behind ADTS of 44100 Hz")
    into.add("free_format.mp3", free_format(three), "the bit rate of every frame's header set to free")


def free_format(content: bytes) -> bytes:
    """Frames of equal length as frames of free format: the header's bit rate is 0, none is padded."""
    at = places(content, _mp3_length)
    length = min(end - start for start, end in pairwise(at))
    pieces = [content[start : start + length] for start in at[:-1]]
    return b"".join(piece[:2] + bytes([piece[2] & 0x0D]) + piece[3:] for piece in pieces)


def amr_frames(wide: bool, kinds: list[int], flags: int = 0x04) -> list[bytes]:
    """Frames of AMR of these types; their bits are random, and their first bytes have these flags."""
    source, codec = random.Random(5), WIDE if wide else NARROW
    return [bytes([kind << 3 | flags]) + source.randbytes(codec.sizes[kind]) for kind in kinds]


def _amr(into: Folder) -> None:
    for wide in (False, True):
        magic, suffix, silence = (b"#!AMR-WB\n", "awb", 9) if wide else (b"#!AMR\n", "amr", 8)
        for name, kinds in {
            "steady": [2] * 170,
            "highest": [8 if wide else 7] * 170,
            "mixed": [0, 2, 2, 5, 7, silence, 15, 15, 2, 2] * 17,
        }.items():
            frames = amr_frames(wide, kinds)
            content = magic + b"".join(frames)
            stem = f"amr_{name}"
            into.add(f"{stem}.{suffix}", content, "random frames")
            at, most = len(magic), []
            for frame in frames:
                most.append(at)
                at += len(frame)
            _damage(into, stem, suffix, content, [*most, at])
            reserved = magic + b"".join(bytes([frame[0] | 3]) + frame[1:] for frame in frames)
            into.add(f"{stem}_reserved.{suffix}", reserved, "the reserved bits of all frames set")
            one = replaced(content, most[60], bytes([content[most[60]] | 2]))
            into.add(f"{stem}_reserved_one.{suffix}", one, "a reserved bit of one frame set")
            bad = magic + b"".join(amr_frames(wide, kinds, 0))
            into.add(f"{stem}_bad_quality.{suffix}", bad, "all frames marked as damaged")
