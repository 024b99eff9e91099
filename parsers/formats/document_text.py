"""The text of a document without its formatting: RTF, and anything in tags (Word, OpenDocument, HTML).

References:
    Microsoft, Rich Text Format specification 1.9.1; ECMA-376, part 1 (``w:p``, ``w:t``, ``w:br``); OASIS OpenDocument
    1.3, part 3 (``text:p``, ``text:s``, ``text:tab``, ``text:line-break``); HTML.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator

_RTF = b"{\\rtf"
_TOKEN = re.compile(
    rb"\\(?:(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})? ?|'(?P<byte>[0-9A-Fa-f]{2})|(?P<sign>[^A-Za-z]))"
    rb"|(?P<open>\{)|(?P<close>\})|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
#: Groups that hold no text of the document.
_NO_TEXT = frozenset((
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"listtable", b"listoverridetable", b"rsidtbl",
))  # fmt: skip
_WORDS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
    b"endash": "\u2013", b"emdash": "\u2014",
}  # fmt: skip
_SIGNS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n"}
#: The code pages of fonts, by the number of their character set.
_CHARACTER_SETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_MOST_NESTED = 1000
#: What begins a part that is not text, and what ends it.
_HIDDEN = re.compile(
    rb"<(?:(?P<name>script|style|w:instrText|w:delText)(?=[\s>])[^<>]{0,4000}+(?<!/)>|!--)", re.IGNORECASE
)
_TAG = re.compile(rb"</?(?P<name>[A-Za-z][\w:.-]{0,80}+)(?P<rest>[^<>]{0,8192}+)>|<[?!][^<>]{0,8192}+>")
_LINE_ENDS = re.compile(
    rb"</?(?:w:p|w:br|w:cr|text:p|text:h|text:line-break|si|c|row|a:p|p|br|div|li|tr|pre|h[1-6])", re.IGNORECASE
)
_BLANKS = re.compile(rb"text:c=[\"'](\d{1,4})[\"']")


def is_rtf(head: bytes) -> bool:
    """Whether a text begins like RTF."""
    return head.startswith(_RTF)


def rtf_text(content: bytes) -> bytes:
    """Return the text of an RTF document, in UTF-8.

    Args:
        content: the document.
    """
    text = _RtfReader().read(content)
    # A character beyond 65535 is written as two numbers.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def tagless(content: bytes) -> bytes:
    """Return the text of a document without its tags, in UTF-8. Each paragraph ends with a line feed.

    Args:
        content: the document, in UTF-8.
    """
    plain = _TAG.sub(_untagged, b"".join(_parts_shown(content)))
    return html.unescape(plain.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _parts_shown(content: bytes) -> Iterator[bytes]:
    """Yield the parts of a document that are text or tags. A part that is hidden and does not end hides nothing."""
    at = start = 0
    endless: set[bytes] = set()
    while (hidden := _HIDDEN.search(content, at)) is not None:
        name = hidden["name"] or b""
        close = b"</" + name if name else b"-->"
        end = -1 if close in endless else content.find(close, hidden.end())
        at = hidden.end()
        if end < 0:
            endless.add(close)
            continue
        yield content[start : hidden.start()]
        at = start = content.find(b">", end) + 1 or len(content)
    yield content[start:]


def _untagged(tag: re.Match[bytes]) -> bytes:
    name = (tag["name"] or b"").lower()
    if name == b"text:s":
        count = _BLANKS.search(tag["rest"])
        return b" " * (int(count[1]) if count else 1)
    if name in (b"w:tab", b"text:tab"):
        return b"\t"
    ends = _LINE_ENDS.fullmatch(tag[0][: len(name) + 1 + tag[0].startswith(b"</")]) if name else None
    opens = not tag[0].startswith(b"</") and name not in (b"w:br", b"w:cr", b"text:line-break", b"br")
    return b"\n" if ends and not opens else b""


class _RtfReader:
    """Reads one document. A group keeps its font, how many characters stand for one, and whether it holds text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._bytes = bytearray()
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = self._skip = self._listed = 0
        self._after, self._shown, self._in_fonts = 1, True, False
        self._groups: list[tuple[int, int, bool, bool]] = []

    def read(self, content: bytes) -> str:
        """Return the text."""
        at = 0
        starred = False
        while (token := _TOKEN.match(content, at)) is not None:
            at = token.end()
            if token["open"]:
                self._flush()
                if len(self._groups) < _MOST_NESTED:
                    self._groups.append((self._font, self._after, self._shown, self._in_fonts))
            elif token["close"]:
                self._flush()
                if self._groups:
                    self._font, self._after, self._shown, self._in_fonts = self._groups.pop()
            elif token["sign"] == b"*":
                starred = True
                continue
            elif token["word"]:
                number = int(token["number"]) if token["number"] else None
                if token["word"] == b"bin" and number and number > 0:
                    at += number
                self._word(token["word"], number, starred=starred)
            elif token["byte"]:
                self._byte(int(token["byte"], 16))
            elif token["sign"]:
                self._text(_SIGNS.get(token["sign"], ""))
            elif token["text"]:
                self._plain(token["text"])
            starred = False
        self._flush()
        return "".join(self._parts)

    def _word(self, word: bytes, number: int | None, *, starred: bool) -> None:
        if starred or word in _NO_TEXT:
            self._flush()
            self._shown, self._in_fonts = False, word == b"fonttbl"
        elif word == b"ansicpg":
            self._page = _known(f"cp{number}", self._page)
        elif word == b"f":
            self._flush()
            self._font = self._listed = number or 0
        elif word == b"fcharset" and self._in_fonts:
            if page := _CHARACTER_SETS.get(number or 0):
                self._fonts[self._listed] = page
        elif word == b"uc":
            self._after = min(max(number or 0, 0), 16)
        elif word == b"u" and number is not None:
            self._text(chr(number % 65536))
            self._skip = self._after
        elif word in _WORDS:
            self._text(_WORDS[word])

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._shown:
            self._bytes.append(byte)

    def _plain(self, text: bytes) -> None:
        """Add literal text, without the substitutes that follow a character given by number."""
        left, self._skip = min(self._skip, len(text)), max(0, self._skip - len(text))
        if self._shown:
            self._bytes += text[left:]

    def _text(self, text: str) -> None:
        self._flush()
        self._skip = 0
        if self._shown:
            self._parts.append(text)

    def _flush(self) -> None:
        if self._bytes:
            page = self._fonts.get(self._font, self._page)
            self._parts.append(self._bytes.decode(page, "backslashreplace"))
            self._bytes.clear()


def _known(page: str, otherwise: str) -> str:
    try:
        return codecs.lookup("utf-8" if page == "cp65001" else page).name
    except LookupError:
        return otherwise
