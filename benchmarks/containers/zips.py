"""Zips: methods, zip64, encryption, damage, parts, names."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchmarks.containers.content import SHARED_NAMES, files
from benchmarks.containers.library_archives import written
from benchmarks.containers.workshop import Kind, Workshop

_METHODS = {
    "stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2,
    "LZMA": zipfile.ZIP_LZMA,
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A member as it is written: what a zip states of it, and its bytes."""

    name: bytes
    method: int
    raw: bytes
    size: int
    checksum: int
    flags: int = 0


def kinds() -> list[Kind]:
    """Every kind."""
    made = [Kind("zip", name, _by_python(method)) for name, method in _METHODS.items()]
    made += [
        Kind("zip", f"{name}, sizes behind the members (a stream)", _streamed(method))
        for name, method in _METHODS.items()
    ]
    made += [
        Kind(
            "zip",
            "Deflate64",
            _by_hand("method 9", lambda name, content: _member(name, 9, _literals(content), content)),
        ),
        Kind("zip", "zstd", _by_hand("method 93", lambda n, c: _member(n, 93, zstandard.compress(c), c))),
        Kind("zip", "xz", _by_hand("method 95", lambda n, c: _member(n, 95, lzma.compress(c), c))),
        Kind("zip", "PPMd", _by_hand("method 98", lambda n, c: _member(n, 98, c, c))),
        Kind("zip", "implode", _by_hand("method 6", lambda n, c: _member(n, 6, c, c))),
        Kind("zip", "zip64", _zip64),
        Kind("zip", "AES-256", lambda shop: written(shop, "a.zip", "zip", options="encryption=aes256", password="x")),
        Kind("zip", "AES-128", lambda shop: written(shop, "a.zip", "zip", options="encryption=aes128", password="x")),
        Kind("zip", "ZipCrypto", _zip("-P", "secret")),
        Kind("zip", "by Info-ZIP", _zip()),
        Kind("zip", "by Info-ZIP, stored", _zip("-0")),
        Kind("zip", "by Info-ZIP, bzip2", _zip("-Z", "bzip2")),
        Kind("zip", "by libarchive", lambda shop: written(shop, "a.zip", "zip")),
    ]
    return made + _damaged()


def _damaged() -> list[Kind]:
    made = [
        Kind("zip", "wrong checksum, stored", _by_hand("a wrong checksum", lambda n, c: _wrong(n, 0, c, c))),
        Kind(
            "zip", "wrong checksum, deflated", _by_hand("a wrong checksum", lambda n, c: _wrong(n, 8, _deflated(c), c))
        ),
        Kind(
            "zip", "wrong checksum, bzip2", _by_hand("a wrong checksum", lambda n, c: _wrong(n, 12, bz2.compress(c), c))
        ),
        Kind("zip", "in parts (spanned)", _spanned),
        Kind("zip", "in parts (spanned), the last alone", _last_part),
        Kind("zip", "cut with split", _split),
        Kind(
            "zip",
            "backslashes in names",
            _by_hand("backslashes", lambda n, c: _member(n.replace(b"/", b"\\"), 0, c, c)),
        ),
        Kind("zip", "names with a drive and ..", _by_hand("a drive", lambda n, c: _member(b"C:/../" + n, 0, c, c))),
        Kind("zip", "duplicate names", _duplicates),
        Kind("zip", "behind a program", _behind(b"MZ" + bytes(20_000))),
        Kind("zip", "behind a script", _behind(b"#!/bin/sh\nunzip $0\nexit\n")),
        Kind("zip", "with text behind it", _with_text),
        Kind("zip", "without its central directory", _without_directory),
        Kind("zip", "cut in the middle", _cut),
        Kind("zip", "in a zip in a zip", _nested),
    ]
    made += [Kind("zip", f"{name}, a bit flipped in each member", _flipped(m)) for name, m in _METHODS.items()]
    return made


def packed(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of the files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files().items():
            archive.writestr(name, content)
    return out.getvalue()


def _by_python(method: int) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"Python's zipfile, method {method}")
        return shop.made("a.zip", packed(method))

    return make


def _streamed(method: int) -> Callable[[Workshop], Path]:
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.whole = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            self.whole += bytes(piece)  # type: ignore[call-overload]
            return len(bytes(piece))  # type: ignore[call-overload]

    def make(shop: Workshop) -> Path:
        out = Unseekable()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, content in files().items():
                archive.writestr(name, content)
        shop.note(f"Python's zipfile into a pipe, method {method}")
        return shop.made("a.zip", bytes(out.whole))

    return make


def _by_hand(what: str, member: Callable[[bytes, bytes], Member]) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"by hand: {what}")
        return shop.made("a.zip", joined([member(name.encode(), content) for name, content in files().items()]))

    return make


def joined(members: list[Member]) -> bytes:
    """A zip of members (PKWARE, APPNOTE.TXT 4.3)."""
    out, listing = b"", b""
    for each in members:
        stated = struct.pack("<HHHHHIIIHH", 20, each.flags, each.method, 0, 0x5869, each.checksum, len(each.raw),
                             each.size, len(each.name), 0)  # fmt: skip
        listing += b"PK\x01\x02\x14\0" + stated + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + each.name
        out += b"PK\x03\x04" + stated + each.name + each.raw
    count = len(members)
    return out + listing + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(listing), len(out), 0)


def _member(name: bytes, method: int, raw: bytes, content: bytes) -> Member:
    return Member(name, method, raw, len(content), zlib.crc32(content))


def _wrong(name: bytes, method: int, raw: bytes, content: bytes) -> Member:
    return Member(name, method, raw, len(content), zlib.crc32(content) ^ 1)


def _deflated(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(content) + deflate.flush()


def _literals(content: bytes) -> bytes:
    """Deflated without a match, which is what Deflate64 writes too."""
    deflate = zlib.compressobj(wbits=-15, strategy=zlib.Z_HUFFMAN_ONLY)
    return deflate.compress(content) + deflate.flush()


def _zip64(shop: Workshop) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files().items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    whole = out.getvalue()
    end = whole.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HII", whole, end + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    place = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    shop.note("Python's zipfile with force_zip64; the end of central directory of zip64")
    return shop.made("a.zip", whole[:end] + record + place + last)


def _zip(*options: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.run("zip", "-q", "-r", *options, shop.folder / "a.zip", ".", cwd=shop.tree)
        return shop.folder / "a.zip"

    return make


def _spanned(shop: Workshop) -> Path:
    shop.run("zip", "-q", "-r", "-s", "64k", shop.folder / "a.zip", ".", cwd=shop.tree)
    return shop.folder


def _last_part(shop: Workshop) -> Path:
    return _spanned(shop) / "a.zip"


def _split(shop: Workshop) -> Path:
    whole = packed()
    for number in range(4):
        size = len(whole) // 4 + 1
        shop.made(f"a.zip.{number + 1:03}", whole[number * size : (number + 1) * size])
    shop.note("a zip cut in four, .001 to .004")
    return shop.folder


def _duplicates(shop: Workshop) -> Path:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(shop.folder / "a.zip", "w") as archive:
        for name, content in files().items():
            archive.writestr(SHARED_NAMES.get(name, name), content)
    shop.note("Python's zipfile, one name for both recordings, and one for the compressed logs")
    return shop.folder / "a.zip"


def _behind(stub: bytes) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"{len(stub)} bytes before a zip")
        return shop.made("a.bin", stub + packed())

    return make


def _with_text(shop: Workshop) -> Path:
    shop.note("text behind a zip")
    return shop.made("a.zip", packed() + b"some text\n" * 100)


def _without_directory(shop: Workshop) -> Path:
    whole = packed()
    shop.note("a zip cut before its central directory")
    return shop.made("a.zip", whole[: whole.find(b"PK\x01\x02")])


def _cut(shop: Workshop) -> Path:
    whole = packed()
    shop.note("a zip cut in the middle")
    return shop.made("a.zip", whole[: len(whole) // 2])


def _nested(shop: Workshop) -> Path:
    inner = packed()
    for _ in range(2):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("inner.zip", inner)
        inner = out.getvalue()
    shop.note("a zip in a zip in a zip")
    return shop.made("a.zip", inner)


def _flipped(method: int) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        whole = bytearray(packed(method))
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            for member in archive.infolist():
                at = member.header_offset + 30 + len(member.filename) + member.compress_size * 2 // 3
                whole[at] ^= 0x10
        shop.note(f"Python's zipfile, method {method}; a bit of each member flipped")
        return shop.made("a.zip", bytes(whole))

    return make
