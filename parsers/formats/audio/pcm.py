"""Words for sound whose samples are kept as they are."""

from __future__ import annotations

from typing import Literal


def pcm(bits: int, order: Literal["big", "little"], kind: Literal["", "float", "signed", "unsigned"] = "") -> str:
    """The coding, in words: ``PCM 16-bit big-endian``, ``PCM 8-bit signed``.

    Args:
        bits: of a sample.
        order: of the bytes of a sample; left out where it has one byte.
        kind: of the numbers, where it is not what all files of such samples have.
    """
    words = [f"PCM {bits}-bit"]
    if kind:
        words.append(kind)
    if bits > 8:
        words.append(f"{order}-endian")
    return " ".join(words)
