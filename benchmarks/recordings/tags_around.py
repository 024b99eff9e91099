"""Whole recordings with tags before them, between and after: long ones, several, with zeros and other bytes around."""

from __future__ import annotations

from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode

_SECONDS = 1.7


def id3(length: int, title: bytes = b"kitchen", version: int = 3) -> bytes:
    """An ID3v2 tag with a title and padding, whose content has a length in bytes."""
    frame = b"TIT2" + (len(title) + 1).to_bytes(4, "big") + bytes(3) + title
    size = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + size + frame.ljust(length, b"\0")


def id3v1(title: bytes = b"kitchen") -> bytes:
    """An ID3v1 tag."""
    return (b"TAG" + title.ljust(30, b"\0")).ljust(128, b"\0")


def ape() -> bytes:
    """An APEv2 tag with a header and a footer."""
    item = b"\7\0\0\0\0\0\0\0Title\0kitchen"
    rest = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + (1).to_bytes(4, "little")
    flags = (0xA0000000).to_bytes(4, "little"), (0x80000000).to_bytes(4, "little")
    return b"APETAGEX" + rest + flags[0] + bytes(8) + item + b"APETAGEX" + rest + flags[1] + bytes(8)


BEFORE = {
    "short": id3(200),
    "v4": id3(200, version=4),
    "long": id3(90_000),
    "very_long": id3(1_000_000),
    "two": id3(100) + id3(200, b"second"),
    "three_long": id3(30_000) + id3(40_000) + id3(50_000),
    "zeros_first": bytes(500) + id3(200),
    "zeros_behind": id3(200) + bytes(1500),
    "many_zeros_behind": id3(200) + bytes(100_000),
    "zeros_between": id3(200) + bytes(300) + id3(300),
}
AFTER = {"v1": id3v1(), "ape": ape(), "ape_v1": ape() + id3v1()}
_FORMATS = (("mp3", "libmp3lame", "-id3v2_version 0 -write_id3v1 0"), ("aac", "aac", ""), ("flac", "flac", ""))
#: Tags that ffmpeg writes by itself: suffix, options.
_TAGGED = (
    ("aiff", "-c:a pcm_s16be -write_id3v2 1"),
    ("wav", "-c:a pcm_s16le -write_bext 1"),
    ("mp3", "-c:a libmp3lame"),
    ("m4a", "-c:a aac"),
    ("mka", "-c:a flac"),
    ("caf", "-c:a pcm_s16le"),
)


def make(folder: Path) -> Made:
    """Write them."""
    into = Folder(folder)
    for suffix, codec, options in _FORMATS:
        content = encode(suffix, f"-c:a {codec} {options}", 44100, 2, _SECONDS)
        for name, tag in BEFORE.items():
            into.add(f"{suffix}_before_{name}.{suffix}", tag + content, f"{name}: {len(tag)} bytes before the sound")
        if suffix == "mp3":
            _mp3(into, content)
    wav = encode("wav", "-c:a pcm_s16le", 44100, 2, _SECONDS)
    into.add("wav_before_short.wav", id3(200) + wav, "a tag before RIFF")
    for suffix, options in _TAGGED:
        tagged = encode(suffix, f"{options} -metadata title=kitchen -metadata artist=Echo", 44100, 2, _SECONDS)
        into.add(f"{suffix}_tagged.{suffix}", tagged, "tags of the format itself")
    return into.made


def _mp3(into: Folder, content: bytes) -> None:
    for name, tag in AFTER.items():
        into.add(f"mp3_after_{name}.mp3", content + tag, f"{name}: {len(tag)} bytes after the sound")
    into.add("mp3_around.mp3", id3(70_000) + content + id3v1(), "a long tag before, a short one after")
    into.add("mp3_zeros.mp3", bytes(700) + content, "zeros before the first frame")
    into.add("mp3_other_bytes.mp3", b"garbage " * 40 + content, "other bytes before the first frame")
    into.add("mp3_tag_other_bytes.mp3", id3(100) + b"\1garbage" * 40 + content, "a tag, then other bytes")
