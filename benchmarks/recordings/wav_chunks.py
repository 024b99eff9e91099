"""WAV recordings, whole and damaged: sizes never filled in, chunks out of order, every coding."""

from __future__ import annotations

import struct
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, inverted, replaced

_KINDS = {
    "pcm16": ("-c:a pcm_s16le", 16000, 1),
    "pcm16_stereo": ("-c:a pcm_s16le", 44100, 2),
    "pcm8": ("-c:a pcm_u8", 8000, 1),
    "pcm24": ("-c:a pcm_s24le", 48000, 2),
    "pcm32": ("-c:a pcm_s32le", 48000, 2),
    "float32": ("-c:a pcm_f32le", 44100, 2),
    "float64": ("-c:a pcm_f64le", 44100, 1),
    "six": ("-c:a pcm_s16le", 48000, 6),
    "alaw": ("-c:a pcm_alaw", 8000, 1),
    "mulaw": ("-c:a pcm_mulaw", 8000, 2),
    "ima": ("-c:a adpcm_ima_wav", 22050, 2),
    "ima_mono": ("-c:a adpcm_ima_wav", 8000, 1),
    "ms": ("-c:a adpcm_ms", 44100, 2),
    "ms_mono": ("-c:a adpcm_ms", 11025, 1),
    "yamaha": ("-c:a adpcm_yamaha", 22050, 2),
    "swf": ("-c:a adpcm_swf", 22050, 1),
    "gsm": ("-c:a libgsm_ms", 8000, 1),
    "mp3": ("-c:a libmp3lame -b:a 64k", 44100, 2),
    "mp3_mono": ("-c:a libmp3lame -b:a 32k", 22050, 1),
    "mp3_vbr": ("-c:a libmp3lame -q:a 5", 44100, 2),
    "mp2": ("-c:a mp2 -b:a 96k", 44100, 2),
    "g722": ("-c:a g722", 16000, 1),
    "g726": ("-c:a g726 -b:a 32k", 8000, 1),
    "g723": ("-c:a g723_1 -b:a 6.3k", 8000, 1),
    "aac": ("-c:a aac -b:a 64k", 44100, 2),
    "ac3": ("-c:a ac3 -b:a 192k", 48000, 2),
    "wma": ("-c:a wmav2 -b:a 64k", 44100, 2),
}


def make(folder: Path) -> Made:
    """Write the files, and say how each was made. Raises subprocess.CalledProcessError, OSError."""
    into = Folder(folder)
    for name, (options, rate, channels) in _KINDS.items():
        content = encode("wav", options, rate, channels)
        into.add(f"{name}.wav", content, f"{options}, {rate} Hz, {channels} channels")
        _sizes(into, name, content)
        into.add(f"{name}_no_fact.wav", without(content, b"fact"), "its fact chunk taken away")
        into.add(f"{name}_fact_0.wav", _with_fact(content, 0), "its fact chunk states no samples")
        into.add(f"{name}_fact_max.wav", _with_fact(content, 0xFFFF_FFFF), "its fact chunk states 2**32 - 1 samples")
    for name in ("pcm16", "ima", "mp3"):
        into.cut(name, "wav", encode("wav", *_KINDS[name]))
        _chunks(into, name, encode("wav", *_KINDS[name]))
    return into.made


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk, padded to an even size."""
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) & 1)


def riff(*chunks: bytes) -> bytes:
    """A file of chunks."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def parts(content: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a well-formed file: the name and the content of each."""
    at, found = 12, []
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + (size & 1)
    return found


def without(content: bytes, name: bytes) -> bytes:
    """A file without a chunk."""
    return riff(*(chunk(*part) for part in parts(content) if part[0] != name))


def _with_fact(content: bytes, samples: int) -> bytes:
    listed = [(name, body) for name, body in parts(content) if name != b"fact"]
    listed.insert(1, (b"fact", samples.to_bytes(4, "little")))
    return riff(*(chunk(*part) for part in listed))


def _sizes(into: Folder, stem: str, content: bytes) -> None:
    data = content.index(b"data") + 4
    true, whole = int.from_bytes(content[data : data + 4], "little"), int.from_bytes(content[4:8], "little")
    wrong = {"0": 0, "1": 1, "max": 0xFFFF_FFFF, "half": 0x7FFF_FFFF, "pipe": 0x7FFF_F000}
    sizes = wrong | {"less": true - 1, "more": true + 1, "much_more": true * 2, "part": true // 2}
    wholes = wrong | {"less": whole - 1, "more": whole + 1, "much_more": whole * 2, "part": whole // 2, "head": 36}
    for name, size in sizes.items():
        bad = replaced(content, data, (size & 0xFFFF_FFFF).to_bytes(4, "little"))
        into.add(f"{stem}_data_{name}.wav", bad, f"the size of its data {size}, of its RIFF right")
        for other in ("0", "max", "head", "much_more"):
            both = replaced(bad, 4, wholes[other].to_bytes(4, "little"))
            into.add(f"{stem}_data_{name}_riff_{other}.wav", both, f"data size {size}, RIFF size {wholes[other]}")
    for name, size in wholes.items():
        bad = replaced(content, 4, (size & 0xFFFF_FFFF).to_bytes(4, "little"))
        into.add(f"{stem}_riff_{name}.wav", bad, f"the size of its RIFF {size}, of its data right")


def _chunks(into: Folder, stem: str, content: bytes) -> None:
    listed = dict(parts(content))
    form, data = chunk(b"fmt ", listed[b"fmt "]), listed[b"data"]
    info = chunk(b"LIST", b"INFOINAM\6\0\0\0sound\0")
    half = len(data) // 2 // 512 * 512
    made = {
        "data_first": (riff(chunk(b"data", data), form), "its data before its format"),
        "two_data": (riff(form, chunk(b"data", data[:half]), chunk(b"data", data[half:])), "two chunks of data"),
        "two_fmt": (riff(form, form, chunk(b"data", data)), "two chunks of format"),
        "list_before": (riff(form, info, chunk(b"data", data)), "tags before its data"),
        "list_behind": (riff(form, chunk(b"data", data), info), "tags behind its data"),
        "list_behind_uncounted": (riff(form, chunk(b"data", data)) + info, "tags behind what its header counts"),
        "odd_padded": (riff(form, chunk(b"data", data[:-1]), info), "data of odd size with a byte behind it"),
        "odd_unpadded": (
            riff(form, chunk(b"data", data[:-1])[: 8 + len(data) - 1], info),
            "data of odd size without a byte behind it",
        ),
        "odd_chunk": (
            riff(form, chunk(b"LIST", b"INFOx")[:-1], chunk(b"data", data)),
            "a chunk of odd size before its data, without a byte behind it",
        ),
        "junk": (riff(chunk(b"JUNK", bytes(28)), form, chunk(b"data", data)), "a chunk of zeros first"),
        "big_junk": (riff(form, chunk(b"JUNK", bytes(70000)), chunk(b"data", data)), "70000 bytes before its data"),
        "no_data": (riff(form), "no data"),
        "no_fmt": (riff(chunk(b"data", data)), "no format"),
        "empty_data": (riff(form, chunk(b"data", b"")), "data of no bytes"),
        "empty_then_data": (riff(form, chunk(b"data", b""), chunk(b"data", data)), "data of no bytes before data"),
        "name": (inverted(riff(form, info, chunk(b"data", data)), 12 + len(form)), "the name of a chunk damaged"),
        "name_of_data": (inverted(riff(form, chunk(b"data", data)), 12 + len(form)), "the name of its data damaged"),
        "tail": (content + bytes(4096), "4096 zeros put behind it"),
        "extensible": (riff(chunk(b"fmt ", extensible(listed[b"fmt "])), chunk(b"data", data)), "extensible format"),
        "block_0": (riff(chunk(b"fmt ", replaced(listed[b"fmt "], 12, b"\0\0")), chunk(b"data", data)), "block size 0"),
        "byte_rate_0": (
            riff(chunk(b"fmt ", replaced(listed[b"fmt "], 8, bytes(4))), chunk(b"data", data)),
            "bytes a second 0",
        ),
        "byte_rate_wrong": (
            riff(chunk(b"fmt ", replaced(listed[b"fmt "], 8, b"\1\1\0\0")), chunk(b"data", data)),
            "bytes a second 257",
        ),
        "bits_0": (riff(chunk(b"fmt ", replaced(listed[b"fmt "], 14, b"\0\0")), chunk(b"data", data)), "bits 0"),
        "planned": (
            replaced(riff(form, chunk(b"data", b"")) + data, 4, (90_000_000).to_bytes(4, "little")),
            "data size 0, RIFF size of the file that was planned",
        ),
    }
    for name, (bad, how) in made.items():
        into.add(f"{stem}_{name}.wav", bad, how)


def extensible(form: bytes) -> bytes:
    """The content of a format chunk as a WAVEFORMATEXTENSIBLE."""
    tag, channels, rate, byte_rate, block, bits = struct.unpack_from("<HHIIHH", form)
    head = struct.pack("<HHIIHHHHI", 0xFFFE, channels, rate, byte_rate, block, bits, 22, bits, (1 << channels) - 1)
    return head + struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
