"""Text from evidence as a terminal may be given it: what would steer it, or turn text about, is written out."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

#: Control, format and surrogate characters, and ends of lines and paragraphs (Unicode's general categories).
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Of these, what scripts and emoji are written with: zero-width non-joiner and joiner.
_WRITTEN = frozenset("\u200c\u200d")


def safe(text: str, keep: str = "") -> str:
    """Text with what a terminal would obey, such as escape sequences and U+202E, as ``\\uXXXX``.

    Args:
        text: the text.
        keep: characters that stay, such as line ends of our own.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(mark) if _steers(mark) and mark not in keep else mark for mark in text)


def safe_lines(lines: Iterable[str]) -> str:
    """Lines of our own, each made safe: what evidence or a ledger says in one of them begins no other."""
    return "\n".join(map(safe, lines))


def _steers(mark: str) -> bool:
    return unicodedata.category(mark) in _STEERING and mark not in _WRITTEN


def _escaped(mark: str) -> str:
    return f"\\u{ord(mark):04x}" if ord(mark) < 0x10000 else f"\\U{ord(mark):08x}"


class SafeStream:
    """A text stream to a terminal. What is written to it is made safe; line ends stay."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text, made safe."""
        return self._stream.write(safe(text, "\r\n"))


def given_text(text: str) -> str:
    """Text from the command line, which Python cannot decode where the locale is C: read as the UTF-8 it is.

    Bytes that are not UTF-8 are shown as ``\\xNN``.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
