"""Which telling words of the Alexa service some text holds, all looked for at once.

JSON with a key that records of the service have is of the service only if it holds more: a name of the service, or the
other keys of some kind of answer or record. What holds neither need not be taken apart.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from threading import local
from typing import TYPE_CHECKING

import hyperscan

from parsers.alexa_api.answers.fragment import FORMS
from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.items.service_names import PLAIN_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable

#: The number of what tells by itself: a name of the service, or a letter as an escape, which may be of any word.
_BY_ITSELF = 0
#: Sets of words for which it is remembered whether they tell something.
_MOST_VERDICTS = 10_000
_ESCAPED_LETTER = rb"\\u00(?:4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])"


class JsonWords:
    """The words, and which of them together tell something."""

    def __init__(self) -> None:
        together = [needed for kind in kinds() for needed in kind.telltales]
        together += [frozenset((key, other)) for form in FORMS for key, others in form.marks for other in others]
        words = sorted({word for needed in together for word in needed})
        self._bits = {word: 1 << number for number, word in enumerate(words, _BY_ITSELF + 1)}
        self._together = sorted({sum(self._bits[word] for word in needed) for needed in together})
        self._verdicts: dict[int, bool] = {}
        patterns = [(re.escape(mark), _BY_ITSELF) for mark in PLAIN_MARKS] + [(_ESCAPED_LETTER, _BY_ITSELF)]
        # As the name of a member, which begins with a quote, also within a text.
        patterns += [(b'"' + word.encode("ascii"), number) for number, word in enumerate(words, _BY_ITSELF + 1)]
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[pattern for pattern, _ in patterns],
            ids=[number for _, number in patterns],
            elements=len(patterns),
            flags=[hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
        )
        # Several media may be searched at a time: each thread has room of its own to scan in.
        self._rooms = local()

    def within(self, text: bytes) -> int:
        """The words in some bytes, a bit for each."""
        found = 0

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            nonlocal found
            found |= 1 << number

        self._database.scan(text, match_event_handler=matched, scratch=self._scratch())
        return found

    def telling(self, text: bytes) -> int:
        """As many of the words in some bytes as it takes to tell of the service, or all."""
        return self._until(text, self.tell)

    def hold_every_key(self, text: bytes) -> bool:
        """Whether the words in some bytes hold every key of some kind of answer or record."""
        return self.tell_more(self._until(text, self.tell_more))

    def _until(self, text: bytes, enough: Callable[[int], bool]) -> int:
        """The words in some bytes, up to where they are enough."""
        found = 0

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            nonlocal found
            found |= 1 << number
            return enough(found)

        with suppress(hyperscan.ScanTerminated):
            self._database.scan(text, match_event_handler=matched, scratch=self._scratch())
        return found

    def _scratch(self) -> hyperscan.Scratch:
        if not hasattr(self._rooms, "scratch"):
            self._rooms.scratch = hyperscan.Scratch(self._database)
        found: hyperscan.Scratch = self._rooms.scratch
        return found

    def tell(self, found: int) -> bool:
        """Whether some words together may be of the service."""
        return bool(found & 1 << _BY_ITSELF) or self.tell_more(found)

    def tell_more(self, found: int) -> bool:
        """Whether some words hold every key of some kind of answer or record."""
        if found not in self._verdicts:
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[found] = any(found & needed == needed for needed in self._together)
        return self._verdicts[found]


@cache
def json_words() -> JsonWords:
    """The words of this version. Every parser is imported for them, so only where JSON was noticed."""
    return JsonWords()
