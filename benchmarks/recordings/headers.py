"""Whole recordings with headers that are seldom met: brands of MP4, files without the first box, sizes of 64 bits."""

from __future__ import annotations

import struct
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, replaced
from benchmarks.recordings.wav_chunks import chunk

_SECONDS = 1.7
BRANDS = (
    b"M4A ", b"M4A\0", b"M4B ", b"M4P ", b"M4V ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"avc1",
    b"qt  ", b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"3g2c", b"kddi", b"MSNV", b"mmp4", b"f4v ", b"F4A ", b"piff",
    b"dby1", b"cmfa", b"dash", b"msdh", b"NDSC", b"XAVC", b"CAEP", b"aax ", b"\0\0\0\0",
)  # fmt: skip


def _box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def make(folder: Path) -> Made:
    """Write them."""
    into = Folder(folder)
    _mp4(into)
    _wav(into)
    _sun(into)
    _frames(into)
    return into.made


def _mp4(into: Folder) -> None:
    content = encode("m4a", "-c:a aac -movflags +faststart", 44100, 2, _SECONDS)
    for brand in BRANDS:
        name = "".join(chr(byte) if chr(byte).isalnum() else f"_{byte:02x}" for byte in brand)
        into.add(f"m4a_brand_{name}.m4a", replaced(content, 8, brand), f"major brand {brand!r}")
    first = int.from_bytes(content[:4], "big")
    into.add("m4a_no_brand.m4a", content[first:], "no file type box: the index first")
    plain = encode("m4a", "-c:a aac", 44100, 2, _SECONDS)
    for kind in (b"free", b"skip", b"wide"):
        # Places of the sound are counted from the file's first byte: what goes before has the length of what is gone.
        filler = _box(kind, bytes(first - 8))
        into.add(f"m4a_no_brand_{kind.decode()}.m4a", filler + plain[first:], f"{kind.decode()} for the file type box")
    fragmented = "-c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 300000"
    pieces = encode("mp4", fragmented, 44100, 2, _SECONDS)
    into.add("mp4_fragments_no_brand.mp4", pieces[int.from_bytes(pieces[:4], "big") :], "fragments, no file type box")


def _wav(into: Folder) -> None:
    samples = encode("wav", "-c:a pcm_s16le", 16000, 1, _SECONDS)
    sound = samples[samples.index(b"data") + 8 :]
    swapped = b"".join(sound[at + 1 : at + 2] + sound[at : at + 1] for at in range(0, len(sound), 2))
    form = struct.pack(">HHIIHH", 1, 1, 16000, 32000, 2, 16)
    body = b"WAVEfmt " + (16).to_bytes(4, "big") + form + b"data" + len(swapped).to_bytes(4, "big") + swapped
    into.add("wav_rifx.wav", b"RIFX" + len(body).to_bytes(4, "big") + body, "RIFX: numbers the other way round")
    plain = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16))
    for kind in (b"RF64", b"BW64"):
        sizes = struct.pack("<QQQI", 4 + 36 + len(plain) + 8 + len(sound), len(sound), len(sound) // 2, 0)
        rest = b"WAVE" + chunk(b"ds64", sizes) + plain + b"data" + b"\xff" * 4 + sound
        into.add(f"wav_{kind.decode().lower()}.wav", kind + b"\xff" * 4 + rest, f"{kind.decode()}, sizes in ds64")
    small = b"WAVE" + chunk(b"ds64", bytes(28)) + plain + chunk(b"data", sound)
    into.add("wav_bw64_small.wav", b"BW64" + len(small).to_bytes(4, "little") + small, "BW64 with sizes of 32 bits")


def _sun(into: Folder) -> None:
    content = encode("au", "-c:a pcm_s16be", 16000, 1, _SECONDS)
    into.add("au_unknown_size.au", replaced(content, 8, b"\xff" * 4), "AU that states no size")


def _frames(into: Folder) -> None:
    for suffix, codec in (("mp3", "libmp3lame"), ("aac", "aac"), ("ac3", "ac3"), ("latm", "aac")):
        content = encode(suffix, f"-c:a {codec}", 44100, 2, _SECONDS)
        into.add(f"{suffix}_zeros_behind.{suffix}", content + bytes(3000), "zeros behind the last frame")
        into.add(f"{suffix}_other_name_{suffix}.bin", content, "a name that says nothing")
