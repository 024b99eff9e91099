"""Recordings in MP4, whole and damaged: fragments, edit lists, durations that differ, boxes of every length."""

from __future__ import annotations

from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, inverted, replaced

_KINDS = {
    "aac44": ("m4a", "-c:a aac -b:a 96k", 44100, 2),
    "aac16": ("m4a", "-c:a aac -b:a 24k", 16000, 1),
    "aac96": ("m4a", "-c:a aac -b:a 96k", 96000, 2),
    "aac_51": ("m4a", "-c:a aac -b:a 192k", 48000, 6),
    "alac": ("m4a", "-c:a alac", 44100, 2),
    "alac96": ("m4a", "-c:a alac", 96000, 1),
    "flac": ("mp4", "-c:a flac -strict -2", 48000, 2),
    "flac96": ("mp4", "-c:a flac -strict -2", 96000, 1),
    "opus": ("mp4", "-c:a libopus -b:a 48k -strict -2", 48000, 2),
    "opus_mono": ("mp4", "-c:a libopus -b:a 24k -strict -2", 16000, 1),
    "mp3": ("mp4", "-c:a libmp3lame -b:a 96k", 44100, 2),
    "mp3_mono": ("mp4", "-c:a libmp3lame -b:a 32k", 22050, 1),
    "mp2": ("mp4", "-c:a mp2 -b:a 96k", 48000, 2),
    "ac3": ("mp4", "-c:a ac3 -b:a 192k", 48000, 6),
    "ac3_mono": ("mp4", "-c:a ac3 -b:a 96k", 32000, 1),
    "eac3": ("mp4", "-c:a eac3 -b:a 192k", 48000, 6),
    "eac3_stereo": ("mp4", "-c:a eac3 -b:a 96k", 44100, 2),
    "vorbis": ("mp4", "-c:a libvorbis -q:a 3", 44100, 2),
    "mov_pcm": ("mov", "-c:a pcm_s16le", 44100, 2),
    "mov_pcm24": ("mov", "-c:a pcm_s24be", 96000, 2),
    "mov_mulaw": ("mov", "-c:a pcm_mulaw", 8000, 1),
    "mov_ima": ("mov", "-c:a adpcm_ima_qt", 44100, 2),
}
_LAYOUTS = {
    "faststart": "-movflags +faststart",
    "fragmented": "-movflags +frag_keyframe+empty_moov -frag_duration 500000",
    "default_base": "-movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 500000",
    "dash": "-movflags +dash+global_sidx -frag_duration 500000",
    "one_fragment": "-movflags +empty_moov",
    "hybrid": "-movflags +frag_keyframe -frag_duration 1000000",
    "no_edit": "-use_editlist 0",
}
_EMPTY, _WIDTH = 0xFFFF_FFFF, 4
#: Where in the content of a box of version 0 its duration lies.
_DURATION_AT = {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16, b"elst": 8}


def make(folder: Path) -> Made:
    """Write the files, and say how each was made. Raises subprocess.CalledProcessError, OSError."""
    into = Folder(folder)
    for name, (suffix, options, rate, channels) in _KINDS.items():
        content = encode(suffix, options, rate, channels)
        into.add(f"{name}.{suffix}", content, f"{options}, {rate} Hz, {channels} channels")
        _sizes(into, name, suffix, content)
        for layout, flags in _LAYOUTS.items():
            if name in ("aac44", "aac16", "alac", "opus", "mp3", "flac"):
                made = encode(suffix, f"{options} {flags}", rate, channels)
                into.add(f"{name}_{layout}.{suffix}", made, flags)
                _durations(into, f"{name}_{layout}", suffix, made)
    for layout in ("faststart", "fragmented"):
        into.cut(f"aac44_{layout}", "m4a", encode("m4a", f"-c:a aac {_LAYOUTS[layout]}"))
    _edits(into)
    _boxes(into)
    return into.made


def places(content: bytes, kind: bytes) -> list[int]:
    """Byte offsets of the content of boxes of a type, by their types alone."""
    found, at = [], content.find(kind)
    while at >= 0:
        found.append(at + len(kind))
        at = content.find(kind, at + 1)
    return found


def with_duration(content: bytes, kind: bytes, value: int) -> bytes:
    """A file with another duration in the first box of a type; as it was where there is none."""
    for at in places(content, kind)[:1]:
        content = replaced(content, at + _DURATION_AT[kind], value.to_bytes(_WIDTH, "big"))
    return content


def _durations(into: Folder, stem: str, suffix: str, content: bytes) -> None:
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        label = kind.decode("ascii")
        for value in (0, 1000, 99_000_000, _EMPTY):
            bad = with_duration(content, kind, value)
            into.add(f"{stem}_{label}_{value}.{suffix}", bad, f"the duration of {label} set to {value}")


def _sizes(into: Folder, stem: str, suffix: str, content: bytes) -> None:
    """Write a file with the channels and the rate of its sample description set to others."""
    at = places(content, b"stsd")[0] + 8 + 8
    into.add(f"{stem}_entry_channels.{suffix}", replaced(content, at + 16, b"\0\7"), "channels of the entry set to 7")
    into.add(f"{stem}_entry_rate.{suffix}", replaced(content, at + 24, b"\x1f\x40"), "rate of the entry set to 8000")
    into.add(f"{stem}_entry_none.{suffix}", replaced(content, at + 16, bytes(12)), "channels and rate of the entry 0")


def edit_list(*edits: tuple[int, int]) -> bytes:
    """A box of edits: of each its duration in units of the movie, and its start in units of the track."""
    body = bytes(4) + len(edits).to_bytes(4, "big")
    for duration, start in edits:
        body += duration.to_bytes(4, "big") + start.to_bytes(4, "big", signed=True) + b"\0\1\0\0"
    return (len(body) + 8).to_bytes(4, "big") + b"elst" + body


def with_edits(content: bytes, *edits: tuple[int, int]) -> bytes:
    """A file whose index comes last, with another edit list in its track."""
    media = places(content, b"mdia")[0] - 8
    old = [at - 8 for at in places(content, b"edts")]
    start, end = (old[0], media) if old else (media, media)
    listed = edit_list(*edits)
    box = (len(listed) + 8).to_bytes(4, "big") + b"edts" + listed
    grown = len(box) - (end - start)
    changed = content[:start] + box + content[end:]
    for kind in (b"moov", b"trak"):
        at = places(content, kind)[0] - 8
        size = int.from_bytes(content[at : at + 4], "big") + grown
        changed = replaced(changed, at, size.to_bytes(4, "big"))
    return changed


def _edits(into: Folder) -> None:
    for name in ("aac44", "aac16", "alac"):
        suffix, options, rate, channels = _KINDS[name]
        content = encode(suffix, options, rate, channels)
        for label, edits in {
            "trim": [(2000, 1024)],
            "trim_none": [(2000, 0)],
            "start": [(2300, rate)],
            "empty": [(1000, -1), (3300, 1024)],
            "two": [(1000, 0), (1000, 2 * rate)],
            "long": [(9000, 0)],
            "zero": [(0, 1024)],
            "beyond": [(1000, 9 * rate)],
            "none": [],
        }.items():
            into.add(f"{name}_elst_{label}.{suffix}", with_edits(content, *edits), f"an edit list of {edits}")


def _boxes(into: Folder) -> None:
    plain = encode("m4a", "-c:a aac -b:a 96k")
    fast = encode("m4a", "-c:a aac -b:a 96k -movflags +faststart")
    for stem, content in (("plain", plain), ("fast", fast)):
        data = places(content, b"mdat")[0] - 8
        into.add(f"{stem}_mdat_0.m4a", replaced(content, data, bytes(4)), "size 0 of mdat")
        into.add(f"{stem}_mdat_max.m4a", replaced(content, data, b"\xff" * 4), "size 0xFFFFFFFF of mdat")
        size = int.from_bytes(content[data : data + 4], "big")
        for change in (-100, -1, 1, 100):
            bad = replaced(content, data, (size + change).to_bytes(4, "big"))
            into.add(f"{stem}_mdat_{change:+d}.m4a", bad, f"size of mdat {change:+d}")
        index = places(content, b"moov")[0] - 8
        for kind in (b"moov", b"trak", b"mdia", b"stbl", b"stsd", b"stts", b"esds", b"mdhd", b"hdlr", b"tkhd"):
            label, at = kind.decode("ascii"), places(content, kind)[0]
            into.add(f"{stem}_{label}_name.m4a", inverted(content, at - 4), f"the type of {label} damaged")
            into.add(f"{stem}_{label}_size.m4a", inverted(content, at - 5), f"the size of {label} damaged")
            into.add(f"{stem}_{label}_0.m4a", replaced(content, at - 8, bytes(4)), f"the size of {label} 0")
        into.add(f"{stem}_tail.m4a", content + bytes(4096), "4096 zeros put behind it")
        into.add(f"{stem}_moov_zeros.m4a", replaced(content, index, bytes(2000)), "zeros written over its index")
        junk = content[:data] + b"\0\0\0\x10wide\0\0\0\0\0\0\0\0" + content[data:]
        into.add(f"{stem}_wide.m4a", junk, "a box put in before mdat, places of chunks not changed")
    large = plain[: places(plain, b"mdat")[0] - 8]
    body = plain[places(plain, b"mdat")[0] : places(plain, b"moov")[0] - 8]
    wide = b"\0\0\0\1mdat" + (len(body) + 16).to_bytes(8, "big")
    moved = large[:-8] if large.endswith(b"free") else large
    into.add("mdat_64.m4a", moved + wide + body + plain[places(plain, b"moov")[0] - 8 :], "mdat with a size of 64 bits")
    into.add("mdat_alone.m4a", plain[: places(plain, b"moov")[0] - 8], "without its index")
    into.add("moov_alone.m4a", fast[: places(fast, b"mdat")[0] - 8], "without its sound")
    for name, flags in (("fragmented", _LAYOUTS["fragmented"]), ("dash", _LAYOUTS["dash"])):
        content = encode("m4a", f"-c:a aac -b:a 96k {flags}")
        starts = [place - 8 for place in places(content, b"moof")]
        into.add(f"{name}_hole.m4a", content[: starts[2]] + content[starts[3] :], "a fragment lost")
        into.add(f"{name}_type.m4a", inverted(content, starts[2] + 4), "the type of a fragment damaged")
        into.add(f"{name}_size.m4a", inverted(content, starts[2] + 2), "the size of a fragment damaged")
        into.add(f"{name}_late.m4a", content[: starts[0]] + content[starts[3] :], "the first three fragments lost")
        into.add(f"{name}_open.m4a", content[: starts[-1]], "the last fragment lost")
        into.add(f"{name}_no_moov.m4a", content[starts[0] :], "fragments without an index")
