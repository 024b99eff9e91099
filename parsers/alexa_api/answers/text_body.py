"""Values embedded in text, as bodies: with the time and the command from their line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from parsers import written_time
from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, Places, TextPlaces, Tokens
from parsers.alexa_api.items.coded_texts import json_in_base64
from parsers.alexa_api.items.loaded_json import load
from parsers.alexa_api.items.text_values import TextValue, values_of
from parsers.formats.json.text import JsonError, decode
from parsers.locator import join
from parsers.parser import Source
from parsers.record import Clock, Issue, Timestamp, Value

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d|[AP]M\b))?(?![\d:])",
    re.ASCII,
)
_TIME_NOTE = "When the line was written, by the clock of the machine that wrote it. {}"
_COMMAND = re.compile(r"\b(PUSH_[A-Z][A-Z_]{2,60}|Notify[A-Z][A-Za-z]{3,60})\W{1,8}$")
#: What ioBroker's log has before the state of the last utterance.
_STATE = re.compile(r"\b(alexa2\.\d{1,4}\.History\.[A-Za-z]{2,40})\W{1,4}$")
_ADDRESS = re.compile(r"https?://[^\s'\"|,;<>()\[\]{}]{4,400}")
#: The most texts of one value that are searched, and to which depth.
MAX_TEXTS = 200_000
MAX_DEPTH = 40


def body_of(value: TextValue, path: str) -> Body:
    """Turn a value found in text into a body, with what its line says before it."""
    before = value.before.strip("\ufeff \t\r")
    fields: dict[str, Value] = {"stands_after": before} if before else {}
    body = Body(value.found.value, path, value.places, timestamps=tuple(_written(before)), fields=fields)
    command = _COMMAND.search(before)
    inner = value.found.value
    if command and isinstance(inner, dict) and "command" not in inner:
        return replace(
            body, value={"command": command[1], "payload": inner}, places=_PayloadPlaces(value.places, value.start)
        )
    state = _STATE.search(before)
    if state and isinstance(inner, dict) and "val" in inner:
        return replace(body, value={"k": state[1], "v": inner}, places=_PayloadPlaces(value.places, value.start))
    return replace(body, url=_asked(before, inner))


def _asked(before: str, value: object) -> ApiUrl | None:
    """The last address before a value, if answers from there have the value's form: it may belong to a request."""
    addresses = _ADDRESS.findall(before)
    url = ApiUrl.parse(addresses[-1].rstrip(":.")) if addresses else None
    if url is None or not any(kind.knows(url.path) and kind.may_be(value) for kind in kinds()):
        return None
    return url


def _written(before: str) -> Iterator[Timestamp]:
    """The time of writing that a line states."""
    if time := _TIME.search(before):
        try:
            # Of the hours 1 to 12 the zone is not recorded either, and the text is kept as it is.
            when = written_time.read(time[0].removesuffix("M").rstrip(" AP"))
        except (ValueError, OverflowError):
            return
        if when:
            yield Timestamp(
                "Recorded Time", time[0], Clock.UNKNOWN, when.timestamp, _TIME_NOTE.format(when.note).strip()
            )


class _PayloadPlaces(Places):
    """Places in a message whose command precedes it in the text."""

    def __init__(self, payload: Places, start: int) -> None:
        self._payload = payload
        self._start = start

    def record(self, tokens: Tokens) -> str:
        """The place in the payload, which represents the message."""
        return self._payload.record(tokens[1:])

    def value(self, tokens: Tokens) -> str:
        """The place in the payload."""
        return self._payload.value(tokens[1:])

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text of the payload."""
        return self._payload.within_text(tokens[1:])


def texts_within(whole: Body) -> Iterator[Body | Issue]:
    """Yield the values embedded in the texts of a JSON value, such as the lines in a container's log.

    Args:
        whole: the value, with its places. Texts that are entirely JSON are skipped.
    """
    for text, tokens in islice(_texts(whole.value, ()), MAX_TEXTS):
        if coded := json_in_base64(text):
            # A log subscription's data: the lines are texts of the JSON within.
            loaded = load(Source.of(coded[0], whole.path))
            places = loaded.places.after(join(whole.places.record(tokens), coded[1]))
            yield from texts_within(replace(whole, value=loaded.value, places=places))
        elif text_marks().search(text) and not _is_json(text):
            where = whole.places.record(tokens)
            # No locator leads into lines that were put together, nor into a text with escapes in damaged JSON.
            leads = isinstance(_at(whole.value, tokens), str) and not where.rpartition(";")[2].startswith("bytes:")
            for found in values_of(text.encode("utf-8", "surrogatepass"), text_marks(), where):
                if isinstance(found, Issue):
                    yield found if leads else replace(found, locator=where)
                elif found.found.value is not None:
                    body = body_of(found, whole.path)
                    if not leads:
                        body = replace(body, places=TextPlaces(where))
                    yield replace(body, keys=whole.keys, fields={**whole.fields, **body.fields})


def _at(value: object, tokens: Tokens) -> object:
    """The value that keys and indexes lead to."""
    for token in tokens:
        value = value[token]  # type: ignore[index]
    return value


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        decode(text)
    except JsonError:
        return False
    return True


def _texts(value: object, tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """The texts in a value, in order, each with its path."""
    if isinstance(value, str):
        yield value, tokens
    elif len(tokens) < MAX_DEPTH and isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*tokens, key))
    elif isinstance(value, list) and _is_text_in_lines(value):
        yield "".join(value), tokens
    elif len(tokens) < MAX_DEPTH and isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _texts(inner, (*tokens, at))


def _is_text_in_lines(value: list[object]) -> bool:
    """Whether a list holds one text, a line in each member, as notebooks (ipynb) keep it."""
    return len(value) > 1 and all(isinstance(line, str) and line.endswith("\n") for line in value[:-1])
