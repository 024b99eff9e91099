"""Writing a WAV file with a label in it: the same samples and label give the same bytes."""

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

#: The lengths in a WAV file have 32 bits.
_MOST_BYTES = (1 << 32) - 1024
_FULL_SCALE = 32768


def write_wav(target: Path, rate: int, channels: int, blocks: Iterable[Samples], label: str) -> tuple[str, int]:
    """Write 16-bit samples as a WAV file. What is above full scale is cut there.

    Args:
        target: the file, which is made or replaced.
        rate: samples a second.
        channels: how many.
        blocks: the samples, in order.
        label: what the file says of itself, as its comment (``LIST``/``INFO``/``ICMT``).

    Returns:
        Its SHA-256, as hexadecimal, and its size in bytes.

    Raises:
        NotDecodedError: it would be longer than a WAV file can be.
        OSError: it cannot be written.
    """
    with target.open("wb") as stream:
        stream.write(_head(rate, channels, 0, label))
        size = 0
        for block in blocks:
            whole = np.clip(np.rint(block.astype(np.float64) * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
            piece = whole.astype("<i2").tobytes()
            size += len(piece)
            if size > _MOST_BYTES:
                raise NotDecodedError(f"longer than a WAV file can be, {_MOST_BYTES} bytes")
            stream.write(piece)
        stream.seek(0)
        stream.write(_head(rate, channels, size, label))
    with target.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest(), target.stat().st_size


def _head(rate: int, channels: int, size: int, label: str) -> bytes:
    text = label.encode() + b"\0"
    text += b"\0" * (len(text) % 2)
    comment = b"INFOICMT" + struct.pack("<I", len(text)) + text
    width = 2 * channels
    parts = [
        b"fmt " + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * width, width, 16),
        b"LIST" + struct.pack("<I", len(comment)) + comment,
        b"data" + struct.pack("<I", size),
    ]
    head = b"".join(parts)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + size) + b"WAVE" + head
