"""Judge by the text of a value whether it can hold a time that is not known yet.

Most values of an answer repeat the times that their records already have. Their text is searched for every form of a
time at once, which is far faster than visiting each member; a value is visited only if something in its text is new.
"""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import unquote

from parsers.formats.json.large_list import LargeList
from parsers.formats.lazy_pattern import lazy

#: 2010-01-01 and 2035-01-01, in seconds. Numbers outside this range are not treated as times.
FIRST = 1_262_304_000
LAST = 2_051_222_400
MICRO = 1_000_000
#: Seconds have ten digits in this range, milliseconds thirteen.
_SECONDS = 10
#: Expressions that begin with a certain character are several times as fast.
_NUMBER = lazy(r"1[2-9]\d{8}(?:\d{3})?(?!\d)(?:\.\d)?", re.ASCII)
_LATE_NUMBER = lazy(r"20\d{8}(?:\d{3})?(?!\d)(?:\.\d)?", re.ASCII)
#: Part of every utterance id, and of every time of ISO 8601.
_STREAM = lazy(r"::\w{1,20}\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.ASCII)
_ISO = lazy(r"-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
#: An escape for a character that is no digit, bracket or letter of ASCII; and one for another.
_ESCAPE = lazy(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-f]{2}|U[0-9a-f]{8})")
_PLAIN_ESCAPE = lazy(r"\\u00[0-7]")
#: Where a name may begin like JSON: after white space or a quotation mark that does not follow a colon.
_BEGINS = r"{0}(?:(?<=['\"]{0})(?<!: ['\"]{0})|(?<=\s{0})(?<![:,]\s{0})|(?<=\\[nrtbf]{0}))"
_LIST_AS_NAME, _OBJECT_AS_NAME = lazy(_BEGINS.format(r"\[")), lazy(_BEGINS.format(r"\{"))
#: How Python shows a list that is not in memory.
_NOT_HELD = f"<{LargeList.__name__} "


def may_hold_new_time(value: object, depth: int, known: Container[int | None], streams: Container[str]) -> bool:
    """Whether a value may hold a time that is not known. False is certain; True may be wrong.

    Args:
        value: the value, as decoded from JSON.
        depth: how many levels it may be nested, those of JSON within its texts included.
        known: the instants that are known, in microseconds since 1970.
        streams: UUIDs of the utterances that are known.
    """
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        # Nested too deeply, or a number with too many digits to be shown.
        return True
    if text.count("{") + text.count("[") > depth or ("<" in text and _NOT_HELD in text):
        return True
    if "\\" in text:
        if _PLAIN_ESCAPE.search(text):
            return True
        text = _ESCAPE.sub(" ", text)
    if _ISO.search(text) or _LIST_AS_NAME.search(text) or _OBJECT_AS_NAME.search(text):
        return True
    return _has_new_stream(text, streams) or _has_new_number(text, known)


def _has_new_stream(text: str, streams: Container[str]) -> bool:
    found = _STREAM.findall(text)
    if "%" in text:
        # No id has an apostrophe in it, and most of the texts between them have nothing to decode.
        for part in text.split("'"):
            if "%" in part:
                found += _STREAM.findall(unquote(part))
    # A loop, as everything here runs for each record: a generator takes longer.
    for uuid in found:  # noqa: SIM110
        if uuid not in streams:
            return True
    return False


def _has_new_number(text: str, known: Container[int | None]) -> bool:
    for number in set(_NUMBER.findall(text) + _LATE_NUMBER.findall(text)):
        if "." in number:
            return True
        timestamp = int(number) * (MICRO if len(number) == _SECONDS else 1000)
        if FIRST * MICRO <= timestamp < LAST * MICRO and timestamp not in known:
            return True
    return False
