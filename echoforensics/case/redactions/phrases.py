"""Finds and replaces phrases in texts, even in encoded ones."""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The replacement for words.
REDACTED = "[REDACTED]"
_WORD = re.compile(r"\w+")
#: Separators between two words: punctuation, spaces, and both as escapes of URLs and JSON.
_BETWEEN = r"(?:%[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[nrt]|[\W_])+"
#: A word begins after punctuation, a space or an escape, and ends before one.
_BEGIN, _END = r"(?:(?<![^\W_])|(?<=%[0-9a-f]{2})|(?<=\\u[0-9a-f]{4})|(?<=\\[nrt]))", r"(?![^\W_])"
#: Strings that may be base64 or hexadecimal.
_OPAQUE = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
#: Maximum depth of nested encodings.
_DEPTH = 3
#: Maximum number of cached texts that may be encodings.
_MOST_KNOWN = 100_000


class Phrases:
    """Phrases to remove. Case, punctuation between words and Unicode forms do not matter."""

    def __init__(self, phrases: Iterable[str]) -> None:
        found = {tuple(_WORD.findall(unicodedata.normalize("NFC", phrase).casefold())) for phrase in phrases}
        # The longer of two phrases with the same beginning is replaced.
        self.phrases = tuple(sorted(filter(None, found), key=lambda words: (-len(words), words)))
        written = "|".join(_BETWEEN.join(map(_forms, words)) for words in self.phrases)
        self._pattern = re.compile(f"{_BEGIN}(?:{written}){_END}", re.IGNORECASE) if written else None
        # Bytes without the beginning of any word of the phrases are not examined further.
        begins = {form.encode(name) for words in self.phrases for form in _cases(words[0]) for name in _ENCODINGS}
        self._begins = re.compile(b"|".join(map(re.escape, sorted(begins))), re.IGNORECASE)
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        return self._pattern is not None

    def are_in(self, text: str) -> bool:
        """Whether a text, or anything encoded in it, contains a phrase."""
        return self.replaced(text) != text

    def are_in_bytes(self, content: bytes) -> bool:
        """Whether bytes contain a phrase: as UTF-8 or UTF-16, or encoded in such a text."""
        # In UTF-16, a phrase may begin at an odd offset.
        readings = ((content, "utf-8"), *((content[at:], name) for at in (0, 1) for name in _ENCODINGS[1:]))
        return any(self.are_in(each.decode(name, "ignore")) for each, name in readings)

    def replaced(self, text: str, depth: int = _DEPTH) -> str:
        """Return a text with each phrase replaced by :data:`REDACTED`; an encoding of one is replaced whole."""
        if self._pattern is None:
            return text
        replaced = self._pattern.sub(REDACTED, text)
        if depth and _OPAQUE.search(replaced):
            replaced = _OPAQUE.sub(lambda found: self._opaque(found[0], depth - 1), replaced)
        return replaced

    def _opaque(self, text: str, depth: int) -> str:
        """Replace a string if it encodes a phrase. Results are cached: ids and serial numbers recur."""
        if depth < _DEPTH - 1:
            return self._decoded_without(text, depth)
        if text not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[text] = self._decoded_without(text, depth)
        return self._known[text]

    def _decoded_without(self, text: str, depth: int) -> str:
        for content in _decoded(text):
            # What is encoded twice is ASCII in between.
            for name in _ENCODINGS if content.isascii() or self._begins.search(content) else ():
                read = content.decode(name, "ignore")
                if self.replaced(read, depth) != read:
                    return REDACTED
        return text

    def replaced_in(self, value: Any) -> Any:
        """Return a JSON value with phrases replaced in all of its texts, including names of members."""
        if isinstance(value, str):
            return self.replaced(value)
        if isinstance(value, dict):
            return {self.replaced(name): self.replaced_in(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.replaced_in(each) for each in value]
        number = not isinstance(value, bool) and isinstance(value, (int, float))
        return REDACTED if number and self.are_in(str(value)) else value


def _cases(word: str) -> Iterator[str]:
    """Yield the forms in which a word's first letter may be written."""
    for form in (word, word.upper(), word.title()):
        yield form[:4]
        yield unicodedata.normalize("NFD", form)[:4]
    yield json.dumps(word)[1:7]
    yield quote(word)[:4]


def _forms(word: str) -> str:
    """A pattern for a word in all its written forms."""
    escaped = json.dumps(word)[1:-1]
    forms = [
        word,
        unicodedata.normalize("NFD", word),
        escaped,
        escaped.replace("\\", "\\\\"),
        quote(word),
        word.upper(),
    ]
    return "(?:" + "|".join(map(re.escape, dict.fromkeys(forms))) + ")"


def _decoded(text: str) -> Iterator[bytes]:
    bare = text.rstrip("=")
    if len(bare) % 2 == 0 and re.fullmatch(r"[0-9A-Fa-f]+", bare):
        yield bytes.fromhex(bare)
    for letters in (bare, *(bare[cut:] for cut in (1, 2, 3))):
        whole = letters[: len(letters) - (len(letters) % 4 == 1)]
        try:
            yield base64.b64decode(whole.replace("-", "+").replace("_", "/") + "=" * (-len(whole) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
