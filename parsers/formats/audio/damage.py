"""Places of a recording that are damaged: where each is, and how long."""

from __future__ import annotations

from typing import NamedTuple

#: Places that are kept; of those beyond, only how many there are and how long.
MOST_PLACES = 16
#: Places that an issue names.
_MOST_NAMED = 4


class Damage(NamedTuple):
    """One place.

    Attributes:
        at: byte offset.
        length: bytes.
    """

    at: int
    length: int


class DamageLog:
    """The damaged places of one recording, in order.

    Attributes:
        count: how many there are.
        total: bytes of all of them.
    """

    def __init__(self) -> None:
        self.count = self.total = 0
        self._places: list[Damage] = []

    def add(self, at: int, length: int) -> None:
        """Note a place of ``length`` bytes at a byte offset. One that begins where the last ends is a part of that."""
        last = self._places[-1] if self._places else None
        if last is not None and self.count == len(self._places) and last.at + last.length == at:
            self._places[-1] = Damage(last.at, last.length + length)
        else:
            self.count += 1
            if len(self._places) < MOST_PLACES:
                self._places.append(Damage(at, length))
        self.total += length

    @property
    def places(self) -> tuple[Damage, ...]:
        """The places, up to :data:`MOST_PLACES`."""
        return tuple(self._places)

    def issue(self, what: str) -> str:
        """What is wrong, as the rest of "the recording is ..."; empty if nothing is.

        Args:
            what: what the bytes are not: ``frame of it``.
        """
        if not self.count:
            return ""
        verb = "is" if self.total == 1 else "are"
        places = f"{self.count} place{'s' if self.count > 1 else ''}"
        return f"damaged: {counted(self.total)} in {places} {verb} no {what}"


def counted(count: int) -> str:
    """At most this many bytes, in words."""
    return f"{count} byte{'' if count == 1 else 's'}"


def named(places: tuple[Damage, ...]) -> str:
    """Damaged places in words: ``418 bytes at byte 26749``."""
    more = ", ..." if len(places) > _MOST_NAMED else ""
    return ", ".join(f"{counted(place.length)} at byte {place.at}" for place in places[:_MOST_NAMED]) + more
