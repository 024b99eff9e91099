"""Recordings in Ogg, whole and damaged: pages damaged, lost, repeated, chained, side by side, begun late."""

from __future__ import annotations

import io
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode, inverted, replaced
from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.audio.ogg.pages import read_page
from parsers.formats.audio.window import Window

_PAGES = "-page_duration 200000"
_KINDS = {
    "opus48": ("opus", f"-c:a libopus -b:a 64k {_PAGES}", 48000, 2, 2),
    "opus16": ("opus", f"-c:a libopus -b:a 24k {_PAGES}", 16000, 1, 2),
    "opus60ms": ("opus", f"-c:a libopus -b:a 24k -frame_duration 60 {_PAGES}", 48000, 1, 2),
    "vorbis44": ("ogg", f"-c:a libvorbis -q:a 3 {_PAGES}", 44100, 2, 2),
    "vorbis8": ("ogg", f"-c:a libvorbis -q:a 3 {_PAGES}", 8000, 1, 2),
    "speex16": ("spx", f"-c:a libspeex {_PAGES}", 16000, 1, 2),
    "speex8": ("spx", f"-c:a libspeex -frames_per_packet 4 {_PAGES}", 8000, 1, 2),
    "speex32": ("spx", f"-c:a libspeex {_PAGES}", 32000, 2, 2),
    "flac": ("oga", f"-c:a flac {_PAGES}", 44100, 2, 2),
}


def pages(content: bytes) -> list[bytes]:
    """The pages that some bytes consist of."""
    window, at, found = Window(io.BytesIO(content), len(content)), 0, []
    while (page := read_page(window, at)) is not None:
        found.append(content[at : at + page.length])
        at += page.length
    return found


def sealed(page: bytes, serial: int | None = None, sequence: int | None = None, flags: int | None = None) -> bytes:
    """A page with some numbers changed and its checksum made right."""
    changed = bytearray(page)
    if serial is not None:
        changed[14:18] = serial.to_bytes(4, "little")
    if sequence is not None:
        changed[18:22] = sequence.to_bytes(4, "little")
    if flags is not None:
        changed[5] = flags
    changed[22:26] = bytes(4)
    changed[22:26] = crc32_of_ogg(bytes(changed)).to_bytes(4, "little")
    return bytes(changed)


def make(folder: Path) -> Made:
    """Write the files, and say how each was made. Raises subprocess.CalledProcessError, OSError."""
    into = Folder(folder)
    for name, (suffix, options, rate, channels, heads) in _KINDS.items():
        content = encode(suffix, options, rate, channels)
        into.add(f"{name}.{suffix}", content, f"{options}, {rate} Hz, {channels} channels")
        _damage(into, name, suffix, pages(content), heads)
        long = pages(encode(suffix, options, rate, channels, 20.0))
        _late(into, name, suffix, long, heads)
        into.cut(name, suffix, content)
    opus, vorbis = (encode(*_KINDS[name][:4]) for name in ("opus48", "vorbis44"))
    mono = encode("opus", f"-c:a libopus -b:a 24k {_PAGES}", 48000, 1, 2.0)
    into.add("chain_codings.ogg", opus + _serial(vorbis, 99), "Vorbis behind Opus")
    into.add("chain_channels.opus", opus + _serial(mono, 98), "one channel behind two")
    together = b"".join(a + b for a, b in zip(pages(opus), pages(_serial(opus, 5)), strict=True))
    into.add("side_by_side.opus", together, "two streams page by page")
    return into.made


def _serial(content: bytes, serial: int) -> bytes:
    return b"".join(sealed(page, serial=serial) for page in pages(content))


def _damage(into: Folder, stem: str, suffix: str, found: list[bytes], heads: int) -> None:
    middle, content = len(found) // 2, b"".join(found)
    at = sum(map(len, found[:middle]))
    size = len(found[middle])
    again = [sealed(page, serial=77) for page in found]
    open_end = [*found[:-1], sealed(found[-1], flags=found[-1][5] & ~4)]
    variants = {
        "magic": (inverted(content, at), "the capture pattern of a page inverted"),
        "version": (inverted(content, at + 4), "the version of a page inverted"),
        "flags": (replaced(content, at + 5, b"\xff"), "the flags of a page set"),
        "granule": (inverted(content, at + 9), "the granule position of a page damaged"),
        "granule_high": (inverted(content, at + 13), "the highest byte of a granule position inverted"),
        "serial": (inverted(content, at + 14), "the serial number of a page damaged"),
        "sequence": (inverted(content, at + 18), "the number of a page damaged"),
        "checksum": (inverted(content, at + 22), "the checksum of a page inverted"),
        "segments": (inverted(content, at + 26), "the count of segments of a page inverted"),
        "lacing": (inverted(content, at + 28), "a segment's length inverted"),
        "body": (inverted(content, at + size - 9), "a byte of a page's packets inverted"),
        "lost": (content[:at] + content[at + size :], "a page lost"),
        "lost_bytes": (content[: at + 50] + content[at + 90 :], "40 bytes of a page lost"),
        "inserted": (content[:at] + bytes(3000) + content[at:], "3000 zeros put in between two pages"),
        "zeros": (replaced(content, at - 200, bytes(800)), "800 zeros written over the middle"),
        "page_twice": (content[: at + size] + content[at:], "a page written twice"),
        "head_twice": (found[0] + content, "the first page written twice"),
        "heads_twice": (b"".join(found[:heads]) + content, "the pages of headers written twice"),
        "head_lost": (content[len(found[0]) :], "the first page lost"),
        "tags_lost": (found[0] + b"".join(found[2:]), "the second page lost"),
        "no_end": (b"".join(open_end), "no page marked as the last"),
        "chain": (content + b"".join(again), "two links, each with its last page marked"),
        "chain_open": (b"".join(open_end + again), "two links, the first without its last page marked"),
        "chain_same": (content + content, "two links with one serial number"),
        "chain_same_open": (b"".join([*open_end, *found]), "two links with one serial number, the first open"),
        "chain_between": (content + bytes(500) + b"".join(again), "two links with zeros between them"),
        "tail": (content + bytes(4096), "4096 zeros put behind it"),
        "last_lost": (content[: -len(found[-1])], "the last page lost"),
        "end_early": (
            b"".join([*found[:middle], sealed(found[middle], flags=found[middle][5] | 4), *found[middle + 1 :]]),
            "a page in the middle marked as the last",
        ),
    }
    for name, (bad, how) in variants.items():
        into.add(f"{stem}_{name}.{suffix}", bad, how)


def _late(into: Folder, stem: str, suffix: str, found: list[bytes], heads: int) -> None:
    """Write what a listener gets who joins a stream in its middle."""
    first = next((at for at in range(heads, len(found)) if not found[at][5] & 1 and at > len(found) // 2), heads)
    kept = found[: _head_pages(found)] + found[first:]
    renumbered = [sealed(page, sequence=number) for number, page in enumerate(kept)]
    into.add(f"{stem}_late.{suffix}", b"".join(renumbered), "the first half of its sound lost, pages numbered anew")
    into.add(f"{stem}_hole.{suffix}", b"".join(kept), "the first half of its sound lost, its numbers kept")
    third = found[: len(found) // 3] + found[2 * len(found) // 3 :]
    into.add(f"{stem}_hole_within.{suffix}", b"".join(third), "the second third of its pages lost")
    short = [sealed(page, flags=page[5] & ~4) for page in kept[:-2]]
    into.add(f"{stem}_late_open.{suffix}", b"".join(short), "begun late, broken off between pages")


def _head_pages(found: list[bytes]) -> int:
    """Pages before the first that has a granule position above 0."""
    granules = [int.from_bytes(page[6:14], "little", signed=True) for page in found]
    return next((at for at, value in enumerate(granules) if value > 0), len(found))
