"""What a text of JSON gives, what may be before, between and behind such texts, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.alexa_api.items.body import JsonPlaces, Places
from parsers.formats.json.large_value import BOM
from parsers.locator import at_bytes, join
from parsers.record import Issue

#: What is before the JSON and is no guard is skipped up to this length.
MAX_BEFORE = 16
#: A text value that holds JSON.
_TEXT = re.compile(rb'"\s{0,40}[{\[]\s{0,40}(?:\\[nrt"]|[{\[\]}])')
_START = re.compile(rb"[{\[]")
#: What a text begins with.
START_OF_TEXT = re.compile(r"[{\[]")
#: What services put before JSON so that no other page can include it, and what makes JSON a script or a message.
_GUARD = re.compile(
    rb"\s{0,64}(?:\x1e|\)\]\}'?,?|while\s?\((?:1|true)\)\s?;?|for\s?\(;;\)\s?;?|throw 1;|&&&START&&&|\{\}\s?&&"
    rb"|/\*-secure-|(?:/\*\*/)?(?!\d)[\w$.]{1,80}\(|data:)\s{0,64}(?=[\[{])"
)
#: What may be between texts, and behind the last.
_BETWEEN = re.compile(
    r"(?:[\s,;\x00\x1e\ufeff]|\)\]\}'?,?|while\s?\((?:1|true)\)|for\s?\(;;\)|&&&START&&&|(?:event|id|retry):[^\n]{0,200}"
    r"|data:(?:\s?\[DONE\])?|null\b|\*/|\)|[\w$.]{1,80}\($)*"
)
#: At most this many bytes of what is wrong are kept with an issue.
EXCERPT = 64


@dataclass(frozen=True, slots=True)
class LoadedText:
    """One text of a file.

    Attributes:
        value: the decoded value; None if nothing could be read.
        places: where its values are.
        sha1: SHA-1 of the file, in hexadecimal; empty if it was read in pieces.
        issues: what is wrong with it, or with the file.
    """

    value: object
    places: Places
    sha1: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class LoadedJson(LoadedText):
    """One text that is JSON."""

    places: JsonPlaces


def start_of(head: bytes) -> int | None:
    """Where the JSON of a file begins: a guard against inclusion, or a few other bytes, may be before it.

    Args:
        head: the first bytes, in UTF-8 (see :func:`parsers.encoding.as_utf8`).

    Returns:
        Its byte offset, or None if the file does not begin as JSON.
    """
    blank = len(BOM) if head.startswith(BOM) else 0
    if guard := _GUARD.match(head, blank):
        return guard.end()
    blank += len(head[blank:]) - len(head[blank:].lstrip(b" \t\r\n"))
    if _TEXT.match(head, blank):
        return blank
    found = _START.search(head, blank, blank + MAX_BEFORE + 1)
    return found.start() if found else None


def is_guarded(head: bytes) -> bool:
    """Whether what is before the JSON is a guard against inclusion, or makes it a script or a message."""
    return _GUARD.match(head.removeprefix(BOM)) is not None


def rest_of(text: str) -> str:
    """What of a text between JSON is more than signs that may be there."""
    between = _BETWEEN.match(text)
    return text[between.end() if between else 0 :].strip()


def bytes_before(before: bytes, start: int, prefix: str) -> Issue:
    """The issue of bytes that are before the JSON, which begins at an offset of the text that a locator leads to."""
    what = f"{len(before)} byte{'s stand' if len(before) > 1 else ' stands'} before the JSON; passed over."
    return Issue(what, join(prefix, at_bytes(0, start)), before)


def more_follows(rest: str, locator: str) -> Issue:
    """The issue of text that is behind the JSON."""
    excerpt = rest[:EXCERPT].encode("utf-8", "surrogateescape")[:EXCERPT]
    return Issue("More follows the end of the JSON; it was not read.", locator, excerpt)


def stands_between(count: int, first: tuple[int, int], excerpt: bytes) -> Issue:
    """The issue of texts between the texts of JSON: how many, from where to where the first stands, its first bytes."""
    start, end = first
    pieces = f"{count} pieces of text that are" if count > 1 else "A piece of text that is"
    what = f"{pieces} no JSON stand{'' if count > 1 else 's'} between the JSON texts; passed over."
    return Issue(what, at_bytes(start, end - start), excerpt[: min(end - start, EXCERPT)])


def breaks_off(offset: int, error: str, rest: bytes, locator: str = "") -> Issue:
    """The issue of JSON that is not whole: where it breaks off, why, what is there."""
    what = f"The JSON is damaged or breaks off at byte {offset} ({error}). What is complete before it was read."
    return Issue(what, locator or at_bytes(offset, len(rest[:EXCERPT])), rest[:EXCERPT])
