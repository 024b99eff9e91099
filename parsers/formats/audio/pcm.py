"""Names for uncompressed sound."""

from __future__ import annotations

from typing import Literal


def pcm(bits: int, order: Literal["big", "little"], kind: Literal["", "float", "signed", "unsigned"] = "") -> str:
    """The name of a PCM coding: ``PCM 16-bit big-endian``, ``PCM 8-bit signed``.

    Args:
        bits: bits per sample.
        order: byte order; omitted for one-byte samples.
        kind: kind of number, if it is not the usual one.
    """
    words = [f"PCM {bits}-bit"]
    if kind:
        words.append(kind)
    if bits > 8:
        words.append(f"{order}-endian")
    return " ".join(words)
