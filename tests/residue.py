"""Looks for what must not be in files that are handed over: in every byte of them, however it is packed or written."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import soundfile

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_DEEP = 4
#: At most this many samples are looked for at a time: enough that they are not there by chance.
_SAMPLES = 24


def words_as_bytes(texts: Iterable[str]) -> dict[str, bytes]:
    """What is looked for of texts: each in three encodings, in small letters."""
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return {f"{text!r} in {name}": text.casefold().encode(name) for text in texts for name in encodings}


def sound_as_bytes(samples: np.ndarray, start: int, end: int) -> dict[str, bytes]:
    """What is looked for of a range of sound: pieces of it, as 16-bit numbers and as floating point numbers."""
    found = {}
    for at in range(start, end - _SAMPLES, max(1, (end - start) // 12)):
        piece = samples[at : at + _SAMPLES]
        if not piece.any():
            continue
        whole = np.rint(piece.astype(np.float64) * 32768)
        for kind in ("<i2", ">i2", "<i4", "<f4"):
            scaled = piece.astype(kind) if kind == "<f4" else whole.astype(kind)
            found[f"samples from {at} as {kind}"] = scaled.tobytes()
    assert found
    return found


def residue(paths: Iterable[Path], wanted: dict[str, bytes]) -> list[str]:
    """Which of what is looked for is in files, or in their names; each with where.

    Args:
        paths: files, and folders with all that is in them.
        wanted: the bytes by what they are; of a text, in small letters.
    """
    found = []
    for path in paths:
        for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
            contents = [file.name.encode("utf-8", "surrogateescape")]
            if file.is_file():
                contents.append(file.read_bytes())
            for content in contents:
                for how, form in forms(content):
                    lower = form.lower()
                    found += [
                        f"{what}: {file}: {how}" for what, each in wanted.items() if each in form or each in lower
                    ]
    return found


def forms(content: bytes, how: str = "", deep: int = _DEEP) -> Iterator[tuple[str, bytes]]:
    """Bytes, and what is packed or written in them."""
    yield how or "as it is", content
    if deep == 0:
        return
    for name, inner in _within(content):
        if inner and inner != content:
            yield from forms(inner, f"{how} {name}".strip(), deep - 1)


def _within(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield from _packed(content)
    if b"\\u" in content or b"\\\\" in content:
        yield "JSON", _ESCAPE.sub(lambda one: chr(int(one[1], 16)).encode("utf-8", "replace"), content)
    if b"%" in content:
        yield "URL", unquote_to_bytes(content)
    for match in _HEX.finditer(content):
        yield "hexadecimal", bytes.fromhex(match[0].decode())
    for match in _BASE64.finditer(content):
        text = match[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for cut in range(4):
            part = text[cut:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            try:
                yield "base64", base64.b64decode(part + b"=" * (-len(part) % 4), validate=True)
            except binascii.Error:
                continue


def _packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    for begins, unpack in _PACKINGS:
        if content.startswith(begins):
            try:
                yield from unpack(content)
            except _NOT_WHOLE:
                continue


def _gzip(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "gzip", gzip.decompress(content)


def _zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield f"zip {name}", archive.read(name)
            yield "zip name", name.encode()


def _pdf(content: bytes) -> Iterator[tuple[str, bytes]]:
    for match in _STREAM.finditer(content):
        # What follows the end of a stream is left over.
        yield "PDF", zlib.decompressobj().decompress(match[1]) if match[1][:1] == b"x" else match[1]


def _sqlite(content: bytes) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(content)
        yield "SQLite", tables_of(db)


def tables_of(db: sqlite3.Connection) -> bytes:
    """What is in the tables of a database; those that are virtual keep it in others."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    found = []
    for (name,) in db.execute(names).fetchall():
        for row in db.execute(f'SELECT * FROM "{name}"'):
            found += [each if isinstance(each, bytes) else str(each).encode("utf-8", "replace") for each in row]
    return b"\n".join(found)


def _sound(content: bytes) -> Iterator[tuple[str, bytes]]:
    samples, _ = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    yield "sound", samples[:, 0].astype("<i2").tobytes()


#: By how they begin, what unpacks them. A text that happens to begin so is none of them.
_PACKINGS: tuple[tuple[bytes | tuple[bytes, ...], Callable[[bytes], Iterator[tuple[str, bytes]]]], ...] = (
    (b"\x1f\x8b", _gzip), (b"PK\x03\x04", _zip), (b"%PDF", _pdf), (b"SQLite format 3\0", _sqlite),
    ((b"RIFF", b"fLaC", b"OggS", b"ID3"), _sound),
)  # fmt: skip
_NOT_WHOLE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, sqlite3.Error, soundfile.LibsndfileError)
