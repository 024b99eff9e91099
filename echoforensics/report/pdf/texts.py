"""Prepares texts for the PDF: nothing hidden, no unsupported characters, and break points in long words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from echoforensics.report.markup import number, visible

#: Longer texts are cut and their length is given; the full text is in the attached timeline and the case.
LONGEST = 6000
#: Longer words get break points.
_LONG_WORD = re.compile(r"[^\s\u200b]{25,}")
#: They break after punctuation inside the word, else after this many characters.
_PIECE = re.compile(r"[^./_:?&=-]{1,12}[./_:?&=-]*|[./_:?&=-]{1,12}")
_BREAK = "\u200b"


@dataclass(slots=True)
class ShownTexts:
    """Prepares texts and records their characters.

    Attributes:
        missing: characters to write out, as in ``[U+4E2D]``.
        seen: the non-ASCII characters encountered.
    """

    missing: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set)

    def shown(self, text: str) -> str:
        """Prepare a text for display on one or more lines."""
        written = visible(text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({number(len(text))} characters)")
        if not written.isascii():
            self.seen.update(each for each in written if not each.isascii())
            if self.missing:
                written = "".join(self._written_out(each) for each in written)
        return _LONG_WORD.sub(_breakable, written)

    def plain(self, text: str) -> str:
        """Prepare a text for the document's properties: one line, no break points."""
        return " ".join(self.shown(text).replace(_BREAK, "").split())

    def every(self, value: Any) -> Any:
        """Return the data with every text in it prepared."""
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
