"""Texts as the PDF can show them: nothing hidden, nothing that no font has, and long words with places to break."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from echoforensics.report.markup import number, visible

#: Longer texts are cut, with their length said: the whole is in the attached timeline, and in the case.
LONGEST = 6000
#: A word that is longer gets places at which it may be broken.
_LONG_WORD = re.compile(r"[^\s\u200b]{25,}")
#: It is broken behind a mark between its parts, else after so many characters.
_PIECE = re.compile(r"[^./_:?&=-]{1,12}[./_:?&=-]*|[./_:?&=-]{1,12}")
_BREAK = "\u200b"


@dataclass(slots=True)
class ShownTexts:
    """Makes texts ready, and keeps count of the characters that are in them.

    Attributes:
        missing: characters that are written out, as in ``[U+4E2D]``.
        seen: characters beyond ASCII that were met.
    """

    missing: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set)

    def shown(self, text: str) -> str:
        """A text as it is shown on a line or several."""
        written = visible(text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({number(len(text))} characters)")
        if not written.isascii():
            self.seen.update(each for each in written if not each.isascii())
            if self.missing:
                written = "".join(self._written_out(each) for each in written)
        return _LONG_WORD.sub(_breakable, written)

    def plain(self, text: str) -> str:
        """A text for the document's properties: on one line, without places to break."""
        return " ".join(self.shown(text).replace(_BREAK, "").split())

    def every(self, value: Any) -> Any:
        """The same data with each text in it shown."""
        if isinstance(value, str):
            return self.shown(value)
        if isinstance(value, dict):
            return {name: self.every(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.every(each) for each in value]
        return value

    def _written_out(self, character: str) -> str:
        return f"[U+{ord(character):04X}]" if character in self.missing else character


def _breakable(match: re.Match[str]) -> str:
    return _BREAK.join(_PIECE.findall(match[0]))
