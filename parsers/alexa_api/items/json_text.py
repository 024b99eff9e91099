"""The result of reading a JSON text, what may surround such texts, and the issues with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.alexa_api.items.body import JsonPlaces, Places
from parsers.formats.json.large_value import BOM
from parsers.locator import at_bytes, join
from parsers.record import Issue

#: Up to this many bytes before the JSON are skipped if they are no guard.
MAX_BEFORE = 16
#: A text value that holds JSON.
_TEXT = re.compile(rb'"\s{0,40}[{\[]\s{0,40}(?:\\[nrt"]|[{\[\]}])')
BEGINS = rb"[{\[]"
_START = re.compile(BEGINS)
#: How a text begins.
START_OF_TEXT = re.compile(r"[{\[]")
#: Prefixes that services put before JSON to prevent inclusion, or that make JSON a script or a message.
_GUARD = re.compile(
    rb"\s{0,64}(?:\x1e|\)\]\}'?,?|while\s?\((?:1|true)\)\s?;?|for\s?\(;;\)\s?;?|throw 1;|&&&START&&&|\{\}\s?&&"
    rb"|/\*-secure-|/\*\*/|/\*|(?:/\*\*/)?(?!\d)[\w$.]{1,80}\(|data:)\s{0,64}(?=[\[{])"
)
#: What may occur between texts and after the last.
_BETWEEN = re.compile(
    r"(?:[\s,;\x00\x1e\ufeff]|\)\]\}'?,?|while\s?\((?:1|true)\)|for\s?\(;;\)|&&&START&&&|(?:event|id|retry):[^\n]{0,200}"
    r"|data:(?:\s?\[DONE\])?|null\b|\*/|\)|[\w$.]{1,80}\($)*"
)
#: The most offending bytes that an issue keeps.
EXCERPT = 64


@dataclass(frozen=True, slots=True)
class LoadedText:
    """One text of a file.

    Attributes:
        value: the decoded value; None if nothing could be read.
        places: the locators of its values.
        sha1: SHA-1 of the file, in hexadecimal; empty if it was read in pieces.
        issues: issues with the text or the file.
    """

    value: object
    places: Places
    sha1: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class LoadedJson(LoadedText):
    """One JSON text."""

    places: JsonPlaces


def start_of(head: bytes) -> int | None:
    """Find the start of a file's JSON, after a guard against inclusion or a few other bytes.

    Args:
        head: the first bytes, in UTF-8 (see :func:`parsers.encoding.as_utf8`).

    Returns:
        Its byte offset, or None if the file does not begin with JSON.
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
    """Whether the bytes before the JSON are a guard against inclusion, or make it a script or a message."""
    return _GUARD.match(head.removeprefix(BOM)) is not None


def rest_of(text: str) -> str:
    """The part of a text between JSON texts that is not an allowed separator."""
    between = _BETWEEN.match(text)
    return text[between.end() if between else 0 :].strip()


def bytes_before(before: bytes, start: int, prefix: str) -> Issue:
    """The issue for bytes before the JSON, which begins at ``start`` of the text that ``prefix`` locates."""
    what = f"{len(before)} byte{'s stand' if len(before) > 1 else ' stands'} before the JSON; passed over."
    return Issue(what, join(prefix, at_bytes(0, start)), before)


def more_follows(rest: str, locator: str) -> Issue:
    """The issue for text after the JSON."""
    excerpt = rest[:EXCERPT].encode("utf-8", "surrogateescape")[:EXCERPT]
    return Issue("More follows the end of the JSON; it was not read.", locator, excerpt)


def stands_between(count: int, first: tuple[int, int], excerpt: bytes) -> Issue:
    """The issue for text between JSON texts: how often, the range of the first, and its first bytes."""
    start, end = first
    pieces = f"{count} pieces of text that are" if count > 1 else "A piece of text that is"
    what = f"{pieces} no JSON stand{'' if count > 1 else 's'} between the JSON texts; passed over."
    return Issue(what, at_bytes(start, end - start), excerpt[: min(end - start, EXCERPT)])


def breaks_off(offset: int, error: str, rest: bytes, locator: str = "") -> Issue:
    """The issue for truncated JSON: where it breaks off, why, and the bytes there."""
    what = f"The JSON is damaged or breaks off at byte {offset} ({error}). What comes before it was read."
    return Issue(what, locator or at_bytes(offset, len(rest[:EXCERPT])), rest[:EXCERPT])
