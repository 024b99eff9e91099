"""Finds and replaces phrases in texts, even in encoded ones."""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from functools import cache
from html.entities import codepoint2name
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The replacement for words.
REDACTED = "[REDACTED]"
_WORD = re.compile(r"\w+")
#: What may be between two words: marks, spaces, both as escapes of URLs, JSON and HTML, and tags of SSML and HTML.
_BETWEEN = (
    r"(?:%(?:25)?[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[nrt]|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});"
    r"|</?[a-z][^<>]{0,200}>|[\W_])+"
)
#: A word begins after a mark, a space or an escape, and ends before one.
_BEGIN = r"(?:(?<![^\W_])|(?<=%[0-9a-f]{2})|(?<=%25[0-9a-f]{2})|(?<=\\u[0-9a-f]{4})|(?<=\\[nrt]))"
_END = r"(?![^\W_])"
#: Letters of writing that has no spaces between words: Thai to Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: What is not seen within a word: soft hyphen, zero-width space and joiners.
_UNSEEN = "[\u00ad\u200b-\u200d\u2060\ufeff]"
_HAS_UNSEEN = re.compile(_UNSEEN)
#: What may be base64 or hexadecimal digits.
_OPAQUE = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
#: Maximum depth of nested encodings.
_DEPTH = 3
#: Maximum number of cached texts that may be encodings.
_MOST_KNOWN = 100_000


class Phrases:
    """Phrases to remove. Case, punctuation between words and Unicode forms do not matter."""

    def __init__(self, phrases: Iterable[str]) -> None:
        found = {tuple(map(_small, _WORD.findall(_seen(phrase)))) for phrase in phrases}
        # Of two that begin alike the longer is replaced.
        self.phrases = tuple(sorted(filter(None, found), key=lambda words: (-len(words), words)))
        self._patterns: dict[bool, re.Pattern[str]] = {}
        # Bytes in which none of their words begins are not read further.
        begins = {form.encode(name) for words in self.phrases for form in _beginnings(words[0]) for name in _ENCODINGS}
        self._begins = re.compile(b"|".join(map(re.escape, sorted(begins))), re.IGNORECASE)
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.phrases)

    def are_in(self, text: str) -> bool:
        """Whether a text, or anything encoded in it, contains a phrase."""
        return self.replaced(text) != text

    def are_in_bytes(self, content: bytes) -> bool:
        """Whether bytes contain a phrase: as UTF-8 or UTF-16, or encoded in such a text."""
        # In UTF-16, a phrase may begin at an odd offset.
        readings = ((content, "utf-8"), *((content[at:], name) for at in (0, 1) for name in _ENCODINGS[1:]))
        return any(self.are_in(each.decode(name, "ignore")) for each, name in readings)

    def replaced(self, text: str, depth: int = _DEPTH) -> str:
        """A text with each of them replaced by :data:`REDACTED`, and with what encodes one replaced whole."""
        if not self.phrases:
            return text
        # Few texts hold what is not seen, and looking for words with it between any letters takes longer.
        unseen = _HAS_UNSEEN.search(text) is not None
        if unseen not in self._patterns:
            self._patterns[unseen] = re.compile(_written(self.phrases, f"{_UNSEEN}*" if unseen else ""), re.IGNORECASE)
        replaced = self._patterns[unseen].sub(REDACTED, text)
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


def _seen(text: str) -> str:
    """A text without what is not seen in it, its letters composed."""
    return _HAS_UNSEEN.sub("", unicodedata.normalize("NFC", text))


def _small(word: str) -> str:
    """A word in small letters, letter by letter: ß and others that stand for several stay as they are."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in word)


def _written(phrases: Iterable[tuple[str, ...]], unseen: str) -> str:
    """A pattern of phrases, with what may be between letters. Where writing has no spaces, one may be within words."""
    by_ends: dict[tuple[str, str], list[str]] = {}
    for words in phrases:
        begin = "" if _UNSPACED.match(words[0]) else _BEGIN
        end = "" if _UNSPACED.match(words[-1][-1]) else _END
        written = _BETWEEN.join(unseen.join(map(_letter_forms, _letters(word))) for word in words)
        by_ends.setdefault((begin, end), []).append(written)
    return "|".join(f"{begin}(?:{'|'.join(several)}){end}" for (begin, end), several in by_ends.items())


def _letters(word: str) -> list[str]:
    """The letters of a word; what one letter may stand for (ß for ss) is together."""
    return re.findall("ss|.", word, re.DOTALL)


@cache
def _letter_forms(letter: str) -> str:
    """A pattern of a letter: as it is, decomposed, and as an escape of JSON, of URLs, of URLs twice, and of HTML."""
    if letter == "ss":
        return f"(?:s{_UNSEEN}*s|{_letter_forms('ß')})"
    if letter.isascii():
        return re.escape(letter)
    forms = [re.escape(unicodedata.normalize("NFD", letter))]
    for each in _cases(letter):
        escaped, address = json.dumps(each)[1:-1], quote(each)
        forms += [
            re.escape(each), re.escape(escaped).replace(r"\\", r"\\{1,2}"), re.escape(address),
            re.escape(address.replace("%", "%25")),
        ]  # fmt: skip
        if len(each) == 1:
            forms += [f"&#0?{ord(each)};", f"&#x0*{ord(each):x};"]
            forms += [f"&{codepoint2name[ord(each)]};"] if ord(each) in codepoint2name else []
    return "(?:" + "|".join(dict.fromkeys(forms)) + ")"


def _cases(letter: str) -> list[str]:
    """A letter in small, in capitals, and those that a small letter stands for, too."""
    return list(dict.fromkeys((letter, letter.lower(), letter.upper())))


def _beginnings(word: str) -> Iterator[str]:
    """The first letters of a word in the forms in which it may begin. Letters of ASCII are found in either case."""
    plain = re.match("(?:(?!ss)[\0-\x7f]){1,4}", word)
    if plain:
        yield plain[0]
    elif word.startswith("ss"):
        yield from ("s", "ß", "ẞ")
    else:
        for form in _cases(word[0]):
            yield form
            yield unicodedata.normalize("NFD", form)[0]
        # Escapes of JSON, URLs and HTML.
        yield from ("\\u", "%", "&")


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
