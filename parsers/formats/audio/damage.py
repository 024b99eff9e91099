"""Damaged places in a recording: their offsets and lengths."""

from __future__ import annotations

from typing import NamedTuple

#: Limit on the places kept; further ones are only counted and measured.
MOST_PLACES = 16
#: Number of places that an issue names.
_MOST_NAMED = 4


class Damage(NamedTuple):
    """One damaged place.

    Attributes:
        at: byte offset.
        length: number of bytes.
    """

    at: int
    length: int


class DamageLog:
    """The damaged places of one recording, in order.

    Attributes:
        count: number of places.
        total: bytes in all places.
    """

    def __init__(self) -> None:
        self.count = self.total = 0
        self._places: list[Damage] = []

    def add(self, at: int, length: int) -> None:
        """Add a place of ``length`` bytes at an offset. It is merged with the last place if the two touch."""
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
        """The problem, as the rest of "the recording is ..."; empty if there is none.

        Args:
            what: what the bytes are not, such as ``frame of it``.
        """
        if not self.count:
            return ""
        verb = "is" if self.total == 1 else "are"
        places = f"{self.count} place{'s' if self.count > 1 else ''}"
        return f"damaged: {counted(self.total)} in {places} {verb} no {what}"


def counted(count: int) -> str:
    """A number of bytes in words, limited in size."""
    return f"{count} byte{'' if count == 1 else 's'}"


def named(places: tuple[Damage, ...]) -> str:
    """The damaged places in words: ``418 bytes at byte 26749``."""
    more = ", ..." if len(places) > _MOST_NAMED else ""
    return ", ".join(f"{counted(place.length)} at byte {place.at}" for place in places[:_MOST_NAMED]) + more
