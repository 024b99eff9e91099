"""Assigns items by a hash of their sound, and draws the sample for a second person.

Both follow from a seed and the items' keys alone, so anybody can repeat them: an item is in the sample
if the hash of the two is below the fraction drawn. A larger sample contains the smaller one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_WHOLE = 1 << 64


def share_of(sound: str, people: Iterable[str]) -> str | None:
    """Return the person an item is assigned to: the one whose hash with its sound is the greatest.

    Equal sounds go to one person. Where somebody joins or leaves, only items of that person's share change hands
    (rendezvous hashing: D. Thaler and C. Ravishankar, IEEE/ACM Transactions on Networking 6, 1998).

    Args:
        sound: what the item is known by: the SHA-256 of its sound.
        people: ids.
    """
    return max(people, key=lambda person: (_number("share", sound, person), person), default=None)


def is_drawn(seed: str, key: str, part: float) -> bool:
    """Whether an item is in the sample.

    Args:
        seed: seed of the queue, which is recorded.
        key: key of the item.
        part: fraction of all items, 0 to 1.
    """
    return _number("sample", seed, key) < part * _WHOLE


def _number(*parts: str) -> int:
    """The first 64 bits of the SHA-256 of texts, each ended by a line feed."""
    return int.from_bytes(hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).digest()[:8])
