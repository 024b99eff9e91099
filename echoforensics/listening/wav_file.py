"""Writes a labelled WAV file; the same samples and label give the same bytes."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.listening.sound import NotDecodedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from echoforensics.listening.sound import Samples

#: Lengths in a WAV file have 32 bits.
_MOST_BYTES = (1 << 32) - 1024


def write_wav(
    target: Path, rate: int, channels: int, blocks: Iterable[Samples], label: str, bits: int = 16
) -> tuple[str, int]:  # fmt: skip
    """Write integer samples as a WAV file, clipping at full scale.

    Args:
        target: the file to create or replace.
        rate: samples per second.
        channels: the number of channels.
        blocks: the samples, in order.
        label: the file's description of itself, stored as its comment (``LIST``/``INFO``/``ICMT``).
        bits: the bits per sample: 16 or 24.

    Returns:
        Its SHA-256 in hexadecimal, and its size in bytes.

    Raises:
        NotDecodedError: it would be too long for a WAV file.
        OSError: it cannot be written.
    """
    with target.open("wb") as stream:
        stream.write(_head(rate, channels, 0, label, bits))
        size, scale = 0, 1 << (bits - 1)
        for block in blocks:
            whole = np.clip(np.rint(block.astype(np.float64) * scale), -scale, scale - 1).astype("<i4")
            # Numbers are little-endian.
            piece = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
            size += len(piece)
            if size > _MOST_BYTES:
                raise NotDecodedError(f"longer than a WAV file can be, {_MOST_BYTES} bytes")
            stream.write(piece)
        stream.seek(0)
        stream.write(_head(rate, channels, size, label, bits))
    with target.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest(), target.stat().st_size


def _head(rate: int, channels: int, size: int, label: str, bits: int) -> bytes:
    text = label.encode() + b"\0"
    text += b"\0" * (len(text) % 2)
    comment = b"INFOICMT" + struct.pack("<I", len(text)) + text
    width = bits // 8 * channels
    parts = [
        b"fmt " + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * width, width, bits),
        b"LIST" + struct.pack("<I", len(comment)) + comment,
        b"data" + struct.pack("<I", size),
    ]
    head = b"".join(parts)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + size) + b"WAVE" + head
