"""Parse values as Python, JavaScript, Java, Ruby and Groovy print them.

::

    {'enabled': True, 'names': ('a', "b's"), 'none': None}          Python
    { enabled: true, names: [ 'a', "b's" ], none: null }            JavaScript
    CommandTO{command='PUSH_VOLUME_CHANGE', timeStamp=1775999734678} Java
    {"enabled"=>true, "none"=>nil}                                   Ruby
    [enabled:true, name:turn on, none:null]                          Groovy

References:
    docs.python.org (Built-in Types, ``repr``; pprint); nodejs.org (util.inspect); the ``toString`` that Java's
    development environments write; ruby-doc.org (Hash#inspect, Array#inspect).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.formats.json.recovery import Tokens
from parsers.formats.json.text import MAX_DIGITS, JsonError

#: Nesting limit for objects and lists.
MAX_DEPTH = 64
#: Limits on the values and characters of a literal.
MAX_VALUES = 500_000
MAX_LENGTH = 8 * 1024 * 1024
_BLANK = re.compile(r"\s*+")
_STRING = re.compile(
    r"(?:[bBuUrRfF]{0,2})(?:'(?P<single>(?:[^'\\\n]|\\.)*+)'|\"(?P<double>(?:[^\"\\\n]|\\.)*+)\""
    r"|`(?P<tick>(?:[^`\\]|\\.)*+)`)",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?\d{1,400}+(?:\.\d{1,400}+)?(?:[eE][+-]?\d{1,4}+)?n?(?![\w.])")
_WORD = re.compile(r"[A-Za-z_$][\w$.-]{0,200}+")
#: Placeholders for an object that is not printed.
_OPAQUE = re.compile(
    r"<[^<>\n]{0,300}>|\[(?:Object|Array|Function|Getter|Setter|Circular|class|Symbol)[^\[\]\n]{0,100}\]|\.\.\."
)
_MORE = re.compile(r"\.\.\. (\d{1,9}) more \w{1,20}")
#: An unquoted value, as Java prints it after an equals sign.
_BARE = re.compile(r"[^,{}\[\]()'\"=\n]{0,400}+")
_JOINED = re.compile(r"\s*+\+\s*+(?=['\"`])|\s++(?=['\"])")
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|u\{([0-9A-Fa-f]{1,6})\}|([0-7]{1,3})|(\n)|(.))",
    re.DOTALL,
)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}
_WORDS: dict[str, object] = {
    "None": None, "null": None, "nil": None, "undefined": None,
    "True": True, "true": True, "False": False, "false": False,
}  # fmt: skip
_CLOSES = {"{": "}", "[": "]", "(": ")"}


@dataclass(slots=True)
class Literal:
    """A literal.

    Attributes:
        value: its value, in JSON types.
        end: the character after it.
        spans: first and last character of each object and list, and of each string that may hold JSON (without its
            quotes).
        left_out: number of members that the program says it left out.
    """

    value: object = None
    end: int = 0
    spans: dict[Tokens, tuple[int, int]] = field(default_factory=dict)
    left_out: int = 0


def literal_at(text: str, at: int) -> Literal:
    """The literal whose bracket is at a position.

    Raises:
        JsonError: there is no complete literal, or it exceeds a limit.
    """
    reader = _LiteralReader(text, at + MAX_LENGTH)
    reader.found.value, reader.found.end = reader.value(at, (), 0)
    return reader.found


class _LiteralReader:
    def __init__(self, text: str, until: int) -> None:
        self._text = text
        self._until = until
        self._values = 0
        self.found = Literal()

    def value(self, at: int, here: Tokens, depth: int) -> tuple[object, int]:
        """The value at a position that is not white space, and its end."""
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES or at > self._until:
            raise JsonError("nested too deeply or too long to be read", at)
        text = self._text
        if opaque := _OPAQUE.match(text, at):
            return opaque[0], opaque.end()
        sign = text[at : at + 1]
        if sign in ("{", "[", "("):
            return self._members(at, here, depth)
        if string := _STRING.match(text, at):
            return self._string(string, here)
        if number := _NUMBER.match(text, at):
            return _number(number[0]), number.end()
        if word := _WORD.match(text, at):
            return self._word(word, here, depth)
        raise JsonError("Expecting value", at)

    def _word(self, word: re.Match[str], here: Tokens, depth: int) -> tuple[object, int]:
        """A keyword that is a value, or the name of a bracketed value: ``Name{key=value}``."""
        if word[0] in _WORDS:
            return _WORDS[word[0]], word.end()
        end = _blank(self._text, word.end())
        if self._text[end : end + 1] in ("{", "(", "["):
            value, after = self._members(end, here, depth)
            return (value if isinstance(value, dict) else self._text[word.start() : after]), after
        return word[0], word.end()

    def _members(self, at: int, here: Tokens, depth: int) -> tuple[object, int]:
        """The content of a pair of brackets: an object if its members have names, else a list."""
        text, close = self._text, _CLOSES[self._text[at]]
        named: dict[str, object] = {}
        listed: list[object] = []
        start, commas = at, 0
        at = _blank(text, at + 1)
        while text[at : at + 1] != close:
            if more := _MORE.match(text, at):
                self.found.left_out += int(more[1])
                at = more.end()
            elif (key := self._key(at)) is not None:
                name, at, sign = key
                named[name], at = self._after(at, (*here, name), depth, unquoted=text[start] == "[" or sign == "=")
            else:
                value, at = self.value(at, (*here, len(listed)), depth + 1)
                listed.append(value)
            at = _blank(text, at)
            if text[at : at + 1] == ",":
                commas += 1
                at = _blank(text, at + 1)
            elif text[at : at + 1] != close:
                raise JsonError("Expecting ',' delimiter", at)
        self.found.spans[here] = (start, at + 1)
        if text[start] == "(" and len(listed) == 1 and not commas and not named:
            return listed[0], at + 1
        return (named if named or (text[start] == "{" and not listed) else listed), at + 1

    def _key(self, at: int) -> tuple[str, int, str] | None:
        """The name of a member, the position of its value, and the sign between them; None if it has no name."""
        match = _STRING.match(self._text, at) or _NUMBER.match(self._text, at) or _WORD.match(self._text, at)
        if match is None:
            return None
        end = _blank(self._text, match.end())
        sign = self._text[end : end + 1]
        if sign not in (":", "=") or not sign:
            return None
        name = _unescaped(_inside(match)) if match.re is _STRING else match[0]
        if self._text[end : end + 2] == "=>":
            return name, _blank(self._text, end + 2), ":"
        return name, _blank(self._text, end + 1), sign

    def _after(self, at: int, here: Tokens, depth: int, *, unquoted: bool) -> tuple[object, int]:
        """The value of a member. After an equals sign, and in Groovy's square brackets, a string may be unquoted."""
        if unquoted:
            bare = _BARE.match(self._text, at)
            if bare and self._text[bare.end() : bare.end() + 1] in (",", "}", ")", "]"):
                return _plain(bare[0].strip()), bare.end()
        return self.value(at, here, depth + 1)

    def _string(self, match: re.Match[str], here: Tokens) -> tuple[object, int]:
        """A string. Adjacent strings, or strings joined by a plus sign, form one."""
        inside, parts, end = _inside(match), [_unescaped(_inside(match))], match.end()
        while (joined := _JOINED.match(self._text, end)) and (more := _STRING.match(self._text, joined.end())):
            parts.append(_unescaped(_inside(more)))
            end = more.end()
        if len(parts) == 1 and inside.lstrip()[:1] in ("{", "[") and "\\" not in inside:
            start = match.start(match.lastgroup or 0)
            self.found.spans[here] = (start, start + len(inside))
        return "".join(parts), end


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _inside(match: re.Match[str]) -> str:
    return match[match.lastgroup or 0]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 16), (5, 8)):
        if match[group]:
            code = int(match[group], base)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
    return "" if match[6] else _SIGNS.get(match[7], match[7])


def _number(text: str) -> object:
    digits = text.rstrip("n")
    if digits.lstrip("-").isdecimal():
        return int(digits) if len(digits) <= MAX_DIGITS else digits
    value = float(digits)
    return value if abs(value) != float("inf") else digits


def _plain(text: str) -> object:
    """Convert an unquoted string to the value it represents."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if _NUMBER.fullmatch(text) else text
