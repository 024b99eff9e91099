"""Answers of the Alexa service, copied out of a browser's JSON view and saved as files.

References:
    1.json to 18.json of the DFRWS 2017 challenge (dfrws/dfrws2017-challenge, 005-Amazon-Echo-Alexa-Web-Scrape).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_api.answers.responses import read as read_answer
from parsers.alexa_api.answers.responses import telltale
from parsers.alexa_api.items.body import Body
from parsers.captures.answers_in_text import AnswersInText
from parsers.captures.browser_text import MAX_LINES, read
from parsers.captures.signed_as import signed_as
from parsers.formats.json.text import MAX_BYTES
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_EMPTY_NAME = re.compile(r"\d{1,9}\.+json", re.IGNORECASE)
_FIRST_LINES = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:[{\[]\s{1,64}){0,4}([A-Za-z_]\w{0,63})[ \t]*:[ \t]*(?=[\[{\"\dntf-])"
)
_KEY_LINE = re.compile(rb"^[ \t]{0,200}([A-Za-z_]\w{0,63})[ \t]*:[ \t]*[\[{\"\dntf-]", re.MULTILINE)
#: A value between apostrophes: a program printed it, not a browser.
_PRINTED = re.compile(rb"^[ \t]{0,200}[A-Za-z_]\w{0,63}[ \t]*:[ \t]*'", re.MULTILINE)
#: First keys of answers that lead to an activity or a card, and keys, one of which soon follows.
_FIRST_KEYS = frozenset({b"activity", b"activities", b"card", b"cards"})
_NEXT_KEYS = frozenset((
    "_disambiguationId", "activityStatus", "cardMetricAttributes", "cardType", "creationTimestamp",
    "registeredCustomerId", "utteranceId",
))  # fmt: skip


@register
class BrowserCopiedJson(Parser):
    """Reads such files, with one or more answers per file."""

    name: ClassVar[str] = "browser_copied_json"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb":",)
    needs_path: ClassVar[tuple[str, ...]] = (".json",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service copied out of a browser",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            "text: an opening bracket, then a line `activity: {`, `activities: [`, `card: {` or `cards: [`, then a line"
            " with one of their keys without quotes, such as `activityStatus:`",
            "text: lines of keys without quotes, among them those of an answer of the service",
            "an empty file with a name like 7.json or 16..json",
        ),
        shows="That somebody saw this answer in a browser that was signed in to the account, and copied it.",
        does_not_show="That the copy is whole: text can be lost or changed between a browser and a file.",
        validated_on=("Echo, 1st generation, 2017: 17 records and one empty file (DFRWS 2017 challenge)",),
        limits=(
            f"Files longer than {MAX_BYTES} bytes are read as any other text. Of one not more than {MAX_LINES}"
            " lines are read.",
            "Where a text holds quotation marks, its end is taken to be the last one on the line.",
        ),
        references=("https://github.com/dfrws/dfrws2017-challenge",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head has this form, or the file is empty and has a matching name."""
        if source.size == 0:
            return bool(_EMPTY_NAME.fullmatch(source.name))
        first = _FIRST_LINES.match(source.head)
        if first is None:
            return False
        head = source.head.replace(b"\r", b"\n")
        if _PRINTED.search(head):
            return False
        keys = frozenset(key.decode("ascii") for key in _KEY_LINE.findall(head))
        return bool(first[1] in _FIRST_KEYS and keys & _NEXT_KEYS) or telltale(keys)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer in the file."""
        if source.size == 0:
            yield Issue("The file is empty: expected a copied activity record.")
            return
        if source.size > MAX_BYTES:
            yield Issue(
                f"The file is longer than {MAX_BYTES} bytes ({source.size}): it was not read as what a browser shows."
                " The answers in it were read as those of any text."
            )
            yield from signed_as(AnswersInText(), source)
            return
        with source.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        answers = 0
        for found in read(content):
            if isinstance(found, Issue):
                yield found
                continue
            answers += 1
            yield from read_answer(Body(found.value, source.path, found.places))
        if not answers:
            yield Issue("No object was found: expected a copied answer of the Alexa service.", excerpt=content[:64])
