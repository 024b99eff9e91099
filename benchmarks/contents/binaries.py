"""Contents that are no text: databases, archives, pictures, programs and sound, made by code or by ffmpeg."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

from benchmarks.contents.words import WORDS, Make, filled, sentence


def _texts(draw: random.Random) -> bytes:
    return "\n".join(f"{draw.randrange(10**9)} {sentence(draw, 9)}" for _ in range(800)).encode()


def sqlite_database(size: int, draw: random.Random, folder: Path) -> bytes:
    """A database of messages, of which some hold JSON with a common key."""
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("create table message (id integer primary key, at integer, who text, body text)")
        rows = size // 260
        database.executemany(
            "insert into message (at, who, body) values (?, ?, ?)",
            (
                (
                    1_700_000_000_000 + n,
                    draw.choice(WORDS),
                    json.dumps({"activities": [n], "text": sentence(draw, 20)}),
                )
                for n in range(rows)
            ),
        )
    database.close()
    return path.read_bytes()


def protobuf(size: int, draw: random.Random, _: Path) -> bytes:
    """Messages of varints, floats and short texts, each with its length before it."""

    def message() -> bytes:
        text = sentence(draw, 4).encode()
        body = (
            b"\x08" + bytes([0x80 | draw.randrange(128), draw.randrange(1, 128)]) + b"\x12" + bytes([len(text)]) + text
        )
        body += (
            b"\x1d" + struct.pack("<f", draw.random()) + b"\x21" + struct.pack("<q", draw.randrange(-(10**6), 10**6))
        )
        return bytes([len(body) & 0x7F]) + body

    return filled(size, (message() for _ in range(size)))


def gzip_members(size: int, draw: random.Random, _: Path) -> bytes:
    """Rotated logs and saved pages, each compressed."""
    return filled(size, (gzip.compress(_texts(draw), 6) for _ in range(size)))


def zip_archive(size: int, draw: random.Random, _: Path) -> bytes:
    """An archive of many small files, some as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        while out.tell() < size:
            archive.writestr(f"{draw.randrange(10**9)}.txt", _texts(draw))
            archive.writestr(f"{draw.randrange(10**9)}.bin", draw.randbytes(4000), zipfile.ZIP_STORED)
    return out.getvalue()


def zlib_streams(size: int, draw: random.Random, _: Path) -> bytes:
    """Streams as pictures and documents hold them."""
    return filled(size, (struct.pack(">I", n) + b"IDAT" + zlib.compress(_texts(draw)) for n in range(size)))


def texture(size: int, draw: random.Random, _: Path) -> bytes:
    """Pixels of a smooth picture, red, green and blue."""
    width, out = 1024, bytearray()
    while len(out) < size:
        row = len(out) // (3 * width)
        shade = draw.randrange(20)
        out += bytes((x // 4 + row + shade * c) & 0xFF for x in range(width) for c in (0, 1, 2))
    return bytes(out)


def heights(size: int, draw: random.Random, _: Path) -> bytes:
    """A game's map of heights: numbers of 16 bits that change little from one to the next."""
    value, out = 0.0, []
    for _number in range(size // 2):
        value = value * 0.995 + draw.gauss(0, 300)
        out.append(max(-32768, min(32767, int(value))))
    return struct.pack(f"<{len(out)}h", *out)


def vertices(size: int, draw: random.Random, _: Path) -> bytes:
    """A game's model: numbers of 32 bits with a point."""
    return struct.pack(f"<{size // 4}f", *(draw.uniform(-10, 10) for _ in range(size // 4)))


def machine_code(size: int, draw: random.Random, _: Path) -> bytes:
    """Instructions, as far as draws with the weights of a program's bytes are like them."""
    values = bytes(range(256))
    weights = [40 if byte in b"\x00\xff\x48\x8b\x89\x24\xe8\x0f" else 1 + byte % 7 for byte in values]
    return bytes(draw.choices(values, weights, k=size))


def framed_noise(size: int, draw: random.Random, _: Path) -> bytes:
    """Bytes in which what headers of MP3 and AAC begin with stands often, and nothing follows."""
    heads = (b"\xff\xfb\x90", b"\xff\xf1\x50", b"\xff\xf9\x4c", b"\xff\xf3\x40", b"\x1f\x8b\x08", b"OggS", b"fLaC")
    return filled(size, (draw.choice(heads) + draw.randbytes(draw.randrange(20, 60)) for _ in range(size)))


def blank(size: int, _draw: random.Random, _: Path) -> bytes:
    """Zeros."""
    return bytes(size)


def erased(size: int, _draw: random.Random, _: Path) -> bytes:
    """Erased flash."""
    return b"\xff" * size


def noise(size: int, draw: random.Random, _: Path) -> bytes:
    """Random bytes, as of what is encrypted."""
    return draw.randbytes(size)


def sound(*arguments: str, colour: str = "pink") -> Make:
    """Makes a sound by ffmpeg.

    Args:
        arguments: ffmpeg's, for how it is coded.
        colour: of the noise that it is.
    """

    def make(size: int, draw: random.Random, folder: Path) -> bytes:
        path = folder / "made.sound"
        piece, seconds = b"", 60
        while len(piece) < min(size, 1 << 20):
            made = f"anoisesrc=c={colour}:r=44100:a=0.3:d={seconds}:seed={draw.randrange(10**6)}"
            command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", made, *arguments, str(path)]
            subprocess.run(command, check=True)
            piece += path.read_bytes()
            path.unlink()
            seconds *= 2
        return piece * (size // len(piece) + 1)

    return make
