"""Finds the words that identify the Alexa service in a text, all in one pass.

JSON with a key that the service's records use belongs to the service only if it holds more: a name of the service, or
the other keys of some kind of answer or record. JSON with neither need not be parsed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from threading import local
from typing import TYPE_CHECKING

import hyperscan
import numpy as np

from parsers.alexa_api.answers.fragment import FORMS
from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.items.service_names import PLAIN_MARKS
from parsers.formats.json.text import MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: The number for what is decisive by itself: a name of the service, or a letter written as an escape, which may be part
#: of any word.
_BY_ITSELF = 0
#: How many sets of words to remember with the decision about them.
_MOST_VERDICTS = 10_000
#: Up to this many words are located one by one; more are located together.
_MOST_WORDS = 8
#: A byte that no JSON contains, and digits of which a number may be one that only a decoder accepts.
_FOREIGN, _LONG_RUN = rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", rb"[0-9]{%d}" % (MAX_DIGITS - 1)
#: Letters written as escapes, each way of writing one. Compiling one expression for all would take a fifth of a second.
_ESCAPED_LETTERS = tuple(
    re.escape(f"\\u00{first}{second}".encode("ascii"))
    for firsts, seconds in (("46", "123456789ABCDEFabcdef"), ("57", "0123456789Aa"))
    for first in firsts
    for second in seconds
)


class JsonWords:
    """The words, and which combinations of them are decisive."""

    def __init__(self) -> None:
        together = [needed for kind in kinds() for needed in kind.telltales]
        together += [frozenset((key, other)) for form in FORMS for key, others in form.marks for other in others]
        words = sorted({word for needed in together for word in needed})
        self._bits = {word: 1 << number for number, word in enumerate(words, _BY_ITSELF + 1)}
        self._together = sorted({sum(self._bits[word] for word in needed) for needed in together})
        numbers = {word: number for number, word in enumerate(words, _BY_ITSELF + 1)}
        self._columns = [sorted(numbers[word] for word in needed) for needed in together]
        self._verdicts: dict[int, bool] = {}
        patterns = [(mark, _BY_ITSELF) for mark in (*map(re.escape, PLAIN_MARKS), *_ESCAPED_LETTERS)]
        # Matches the name of a member, which begins with a quote, also inside a string.
        patterns += [(b'"' + word.encode("ascii"), number) for number, word in enumerate(words, _BY_ITSELF + 1)]
        self._database = _database(patterns, hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH)
        self._each = _database(patterns, hyperscan.HS_FLAG_DOTALL)
        self._extent = _database(
            [(_FOREIGN, 0), (_LONG_RUN, 1)], hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
        )
        self._count = 1 + len(words)
        # Several media may be searched at once, so each thread has its own scratch space.
        self._rooms = local()

    def within(self, text: bytes) -> int:
        """Return the words in a text as a bit set."""
        found = 0

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            nonlocal found
            found |= 1 << number

        self._database.scan(text, match_event_handler=matched, scratch=self._scratch(self._database))
        return found

    def extent(self, text: bytes) -> tuple[int, bool]:
        """Return where JSON in a text ends at the latest, and whether it has a number that is long until there.

        Returns:
            The offset of the first byte that no JSON contains, also in a string, or -1 if there is none; whether a run
            of digits before it is too long for a number (see :data:`_LONG_RUN`).
        """
        end, has_long = -1, False

        def matched(number: int, _start: int, behind: int, _flags: int, _context: object) -> bool:
            nonlocal end, has_long
            if number:
                has_long = True
                return False
            end = behind - 1
            return True

        with suppress(hyperscan.ScanTerminated):
            self._extent.scan(text, match_event_handler=matched, scratch=self._scratch(self._extent))
        return end, has_long

    def telling_parts(self, text: bytes, ends: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which parts of a text hold a combination of words that may belong to the service.

        Args:
            text: the bytes to search.
            ends: the byte after each part, ascending; the first part begins at byte 0.
        """
        present = self.within(text)
        if present & 1 << _BY_ITSELF:
            return self._telling_parts(text, ends)
        tell = np.zeros(len(ends), dtype=np.bool_)
        possible = [needed for needed in self._together if present & needed == needed]
        # Locate only words that are decisive together with others found here: usually two or three.
        words = {bit: word for word, bit in self._bits.items() if any(needed & bit for needed in possible)}
        if len(words) > _MOST_WORDS:
            return self._telling_parts(text, ends)
        held = {bit: _parts_with(b'"' + word.encode("ascii"), text, ends) for bit, word in words.items()}
        for needed in possible:
            tell |= np.logical_and.reduce([parts for bit, parts in held.items() if needed & bit])
        return tell

    def _telling_parts(self, text: bytes, ends: NDArray[np.intp]) -> NDArray[np.bool_]:
        """As :meth:`telling_parts`, for texts where many words may be decisive."""
        found: list[int] = []
        add, size = found.append, self._count

        def matched(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add(end * size + number)

        self._each.scan(text, match_event_handler=matched, scratch=self._scratch(self._each))
        places, numbers = np.divmod(np.array(found, dtype=np.int64), size)
        # A word belongs to the part that holds its last byte, so it belongs to one part only.
        held = np.zeros((len(ends), size), dtype=np.bool_)
        held[np.searchsorted(ends, places), numbers] = True
        tell = held[:, _BY_ITSELF].copy()
        for columns in self._columns:
            tell |= held[:, columns].all(axis=1)
        return tell

    def telling(self, text: bytes) -> int:
        """Return the words in a text, stopping as soon as they identify the service."""
        return self._until(text, self.tell)

    def hold_every_key(self, text: bytes) -> bool:
        """Whether a text holds every key of some kind of answer or record."""
        return self.tell_more(self._until(text, self.tell_more))

    def _until(self, text: bytes, enough: Callable[[int], bool]) -> int:
        """Return the words in a text, stopping as soon as ``enough`` accepts them."""
        found = 0

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            nonlocal found
            found |= 1 << number
            return enough(found)

        with suppress(hyperscan.ScanTerminated):
            self._database.scan(text, match_event_handler=matched, scratch=self._scratch(self._database))
        return found

    def _scratch(self, database: hyperscan.Database) -> hyperscan.Scratch:
        rooms: dict[hyperscan.Database, hyperscan.Scratch] = self._rooms.__dict__.setdefault("of", {})
        if database not in rooms:
            rooms[database] = hyperscan.Scratch(database)
        return rooms[database]

    def tell(self, found: int) -> bool:
        """Whether these words together may belong to the service."""
        return bool(found & 1 << _BY_ITSELF) or self.tell_more(found)

    def tell_more(self, found: int) -> bool:
        """Whether these words include every key of some kind of answer or record."""
        if found not in self._verdicts:
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[found] = any(found & needed == needed for needed in self._together)
        return self._verdicts[found]


def _parts_with(word: bytes, text: bytes, ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which parts of a text, given by their ends, hold the last byte of a word."""
    places: list[int] = []
    at = text.find(word)
    while at >= 0:
        places.append(at)
        at = text.find(word, at + 1)
    held = np.zeros(len(ends), dtype=np.bool_)
    parts = np.searchsorted(ends, np.array(places, dtype=np.intp) + len(word))
    held[parts[parts < len(ends)]] = True
    return held


def _database(patterns: list[tuple[bytes, int]], flags: int) -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(
        expressions=[pattern for pattern, _ in patterns],
        ids=[number for _, number in patterns],
        elements=len(patterns),
        flags=[flags] * len(patterns),
    )
    return database


@cache
def json_words() -> JsonWords:
    """The words of this version. This imports every parser, so call it only where JSON was noticed."""
    return JsonWords()
