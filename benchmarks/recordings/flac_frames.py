"""FLAC recordings, whole and damaged: numbers never filled in, frames and metadata damaged, tags around it."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, inverted, replaced
from parsers.formats.audio.flac import frames
from parsers.formats.audio.flac.metadata import BEGINNINGS, metadata_blocks
from parsers.formats.sized_bytes import SizedBytes

_KINDS = {
    "cd": ("-c:a flac", 44100, 2),
    "speech": ("-c:a flac", 16000, 1),
    "deep": ("-c:a flac -sample_fmt s32", 96000, 2),
    "small": ("-c:a flac -frame_size 576", 48000, 2),
    "six": ("-c:a flac", 48000, 6),
}
_ID3 = b"ID3\3\0\0\0\0\0\x16" + b"TIT2\0\0\0\x06\0\0\0sound" + bytes(6)
_ID3V1 = b"TAG" + b"sound".ljust(125, b"\0")
_TOTAL_AT = 8 + 13


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.content, self.size = content, len(content)

    def read(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def make(folder: Path) -> Made:
    """Write the files, and say how each was made. Raises subprocess.CalledProcessError, OSError."""
    into = Folder(folder)
    for name, (options, rate, channels) in _KINDS.items():
        content = encode("flac", options, rate, channels)
        into.add(f"{name}.flac", content, f"{options}, {rate} Hz, {channels} channels")
        _headers(into, name, content)
        _frames(into, name, content)
        into.cut(name, "flac", content)
    return into.made


def places(content: bytes) -> list[int]:
    """Byte offsets of the frames, by their headers' checksums and numbers."""
    source: SizedBytes = _Bytes(content)
    at = list(metadata_blocks(source, 4))[-1].end
    found: list[int] = []
    while (at := content.find(b"\xff\xf8", at)) >= 0:
        header = frames.parse(content[at : at + frames.MAX_HEADER])
        if header is not None and header.number == len(found):
            found.append(at)
        at += 1
    return found


def _headers(into: Folder, stem: str, content: bytes) -> None:
    high = content[_TOTAL_AT] & 0xF0
    wrong = {
        "total_0": (bytes([high]) + bytes(4), "states no number of samples"),
        "total_less": (bytes([high]) + (5000).to_bytes(4, "big"), "states 5000 samples"),
        "total_max": (bytes([high | 0xF]) + b"\xff" * 4, "states 2**36 - 1 samples"),
    }
    variants = {name: (replaced(content, _TOTAL_AT, new), how) for name, (new, how) in wrong.items()}
    variants |= {
        "frame_sizes_0": (replaced(content, 12, bytes(6)), "states no sizes of frames"),
        "frame_sizes_wrong": (replaced(content, 12, b"\0\0\x20\0\0\x40"), "states sizes of frames that are too small"),
        "blocks_wrong": (replaced(content, 8, b"\1\0\1\0"), "states blocks of 256 samples"),
        "rate": (inverted(content, 18), "its rate damaged"),
        "md5": (replaced(content, 26, b"\xaa" * 16), "its checksum of the sound damaged"),
        "marker": (inverted(content, 1), "its marker damaged"),
        "block_kind": (inverted(content, 42), "the kind of its second block of metadata damaged"),
        "block_size": (inverted(content, 43), "the size of its second block of metadata damaged"),
        "block_size_low": (inverted(content, 45), "the lowest byte of that size damaged"),
        "last_flag": (replaced(content, 42, bytes([content[42] & 0x7F])), "its last block not marked as the last"),
        "id3": (_ID3 + content, "an ID3 tag before it"),
        "id3v1": (content + _ID3V1, "an ID3v1 tag behind it"),
        "id3_both": (_ID3 + content + _ID3V1, "an ID3 tag before it and one behind it"),
        "tail": (content + bytes(4096), "4096 zeros put behind it"),
        "twice": (content + content, "written twice"),
    }
    variants["streaminfo_size"] = (content.replace(BEGINNINGS[0], b"fLaC\0\0\0\x32", 1), "STREAMINFO's size damaged")
    for name, (bad, how) in variants.items():
        into.add(f"{stem}_{name}.flac", bad, how)


def _frames(into: Folder, stem: str, content: bytes) -> None:
    at = places(content)
    middle, end = at[len(at) // 2], at[len(at) // 2 + 1]
    noise = random.Random(9).randbytes(3000)
    variants = {
        "sync": (inverted(content, middle), "the first byte of a frame in the middle inverted"),
        "number": (inverted(content, middle + 4), "the number of a frame in the middle damaged"),
        "crc8": (inverted(content, middle + 6), "a byte of a frame's header inverted"),
        "sound": (inverted(content, middle + 200), "a byte of a frame's sound inverted"),
        "zeros": (replaced(content, middle - 300, bytes(1500)), "1500 zeros written over the middle"),
        "noise": (replaced(content, middle - 300, noise), "3000 random bytes written over the middle"),
        "lost": (content[:middle] + content[end:], "a frame lost"),
        "lost_bytes": (content[: middle + 40] + content[end - 40 :], "bytes of a frame lost"),
        "inserted": (content[:middle] + noise + content[middle:], "3000 random bytes put in between two frames"),
        "first": (inverted(content, at[0]), "the first byte of the first frame inverted"),
        "last": (inverted(content, at[-1]), "the first byte of the last frame inverted"),
        "last_sound": (inverted(content, len(content) - 20), "a byte of the last frame's sound inverted"),
        "late": (content[: at[0]] + content[middle:], "the first half of its frames lost"),
        "early": (content[:middle], "the second half of its frames lost"),
        "no_frames": (content[: at[0]], "no frames"),
    }
    for name, (bad, how) in variants.items():
        into.add(f"{stem}_{name}.flac", bad, how)
