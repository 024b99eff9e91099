"""Answers of the service inside any JSON: in lists of pages, in wrappers, in program logs, at any depth.

An answer is recognised by its keys, a single record by its own, an exchange by its address. The enclosing objects
need not be known: their plain members are kept with each record as ``stands_within``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urlsplit

from parsers.alexa_api.answers.asked import asked_fields
from parsers.alexa_api.answers.fragment import enclosed, form_of, is_item
from parsers.alexa_api.answers.further_times import TimeSearch
from parsers.alexa_api.answers.pair import Pair, is_of_request, pair_of
from parsers.alexa_api.answers.plain_form import plain_form
from parsers.alexa_api.answers.responses import kinds_by_form, kinds_of, read
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, Places, ResponseParser, TextPlaces
from parsers.alexa_api.items.coded_texts import json_in_base64, may_be_base64
from parsers.alexa_api.items.loaded_json import load
from parsers.alexa_api.items.written_bytes import WrittenBytes, bytes_in_hex, bytes_in_numbers, may_be_hex
from parsers.formats.http.multipart import parts
from parsers.formats.json.text import JsonError, decode
from parsers.locator import at_coding, inside, join
from parsers.parser import Source
from parsers.record import Issue, Record, Timestamp, Value
from parsers.values import Keeper

#: The most inner values that are searched in one value, and to which depth.
MAX_VALUES = 4_000_000
MAX_DEPTH = 60
#: The most decoded bytes that are read from base64 texts in one value.
MAX_UNDONE = 256 * 1024 * 1024
#: Prefixes that keep other pages from including the JSON.
_GUARD = re.compile(r"\s*(?:\)\]\}',?|while\s?\(1\);?|for\s?\(;;\);?|&&&START&&&)\s*(?=[\[{])")
#: How many plain members of the enclosing objects are kept, and up to how many characters of each.
_MAX_BESIDE = 30
_MAX_BESIDE_TEXT = 300
_BESIDE = "stands_within"
#: Names for the time at which an answer was stored, and the greatest length of such a time.
_LOGGED = re.compile(
    r"(?i)@?time_?stamp(?:_?ms)?|time|ts|date|date_?time|when"
    r"|(?:logged|received|captured|fetched|retrieved|saved|recorded|requested|responded|started)_?(?:at|on|date_?time|time)"
)
_MAX_TIME = 40
_BESIDE_NOTE = "{} It stands beside the answer, in what encloses it."
_UNHELD = (
    "The file does not hold the body of an answer of the Alexa service ({}: {} bytes were sent). Where the program that"
    " wrote it keeps bodies in files of their own, bring those in too."
)
_EXPECTED = "A request with its answer was expected here."


def read_within(whole: Body) -> Iterator[Record | Issue]:
    """Yield the records of every answer inside a decoded value, in order.

    Yields nothing if the value holds nothing known and has no address. With an address, yields at least one record.

    Args:
        whole: the value, with its places and what is known about the request.
    """
    for found in bodies(whole):
        if isinstance(found, Issue):
            yield found
        else:
            yield from read(found)


def bodies(whole: Body, others: dict[str, int] | None = None) -> Iterator[Body | Issue]:
    """Yield every answer inside a decoded value as a body; the value itself if it is an answer.

    Args:
        whole: the value.
        others: collects the hosts of skipped exchanges, with their counts.
    """
    walk = _Walk(whole, others if others is not None else {})
    yield from walk.run()


@dataclass(slots=True)
class _Walk:
    """The walk through one value."""

    whole: Body
    others: dict[str, int]
    found: int = 0
    #: Hashes of the item keys of records already read: a page may hold very many.
    _keys: set[int] = field(default_factory=set)
    _items: list[tuple[str, Body]] = field(default_factory=list)
    _looked: int = 0
    _cut: bool = False
    _undone: int = 0
    _cut_coded: bool = False

    def run(self) -> Iterator[Body | Issue]:
        """Yield the answers, then the history items that no earlier record contained."""
        yield from self._answer(self.whole, 0)
        for key, body in self._items:
            if hash(key) not in self._keys:
                self.found += 1
                yield body
        if self._cut:
            what = f"The JSON holds more than {MAX_VALUES} values, or is nested deeper than {MAX_DEPTH} levels."
            yield Issue(f"{what} The rest was not searched for answers.", self.whole.places.record(()))
        if self._cut_coded:
            what = f"Texts in base64 and bytes written as text come to more than {MAX_UNDONE} bytes"
            what += "; the rest of them was not read."
            yield Issue(what, self.whole.places.record(()))

    def _answer(self, body: Body, depth: int) -> Iterator[Body | Issue]:
        """Yield the whole answer if its form is known or nothing in it is; otherwise the answers in it."""
        body = plain_form(body)
        if any(kind.may_be(body.value) for kind in kinds_of(body)):
            yield from self._known(body, depth)
            return
        before = self._count()
        yield from self._visit(body, depth)
        if body.url is not None and self._count() == before:
            self.found += 1
            yield body

    def _count(self) -> int:
        return self.found + len(self._items)

    def _visit(self, body: Body, depth: int) -> Iterator[Body | Issue]:
        """Visit one value."""
        self._looked += 1
        if self._looked > MAX_VALUES or depth > MAX_DEPTH:
            self._cut = True
            return
        body = plain_form(body)
        value = body.value
        if isinstance(value, str):
            yield from self._text(value, body, depth)
        elif written := bytes_in_numbers(value):
            for inner in self._written(written, body):
                yield from (inner,) if isinstance(inner, Issue) else self._visit(inner, depth + 1)
        elif isinstance(value, list):
            yield from self._list(value, body, depth)
        elif isinstance(value, dict):
            yield from self._object(value, body, depth)

    def _object(self, value: Mapping[str, object], body: Body, depth: int) -> Iterator[Body | Issue]:
        if pair := pair_of(value):
            yield from self._pair(pair, value, body, depth)
        elif kinds_by_form(value):
            yield from self._known(body, depth)
        elif form := form_of(value):
            alone = enclosed(form, body)
            if is_item(form):
                # A record around, before or after it contains it too.
                self._items.append((str(value.get("recordItemKey") or id(value)), alone))
            else:
                self.found += 1
                yield alone
        else:
            yield from self._inside(value, body, depth)

    def _known(self, body: Body, depth: int) -> Iterator[Body | Issue]:
        """Yield a known answer, and answers in the members that its readers leave."""
        self.found += 1
        self._keys.update(map(hash, _item_keys(body.value)))
        yield body
        if isinstance(body.value, dict):
            left = [set(kind.leaves(body.value)) for kind in kinds_of(body)]
            for key in body.value if left else ():
                if all(key in names for names in left) and _may_hold(body.value[key]):
                    yield from self._visit(_under(body, key), depth + 1)

    def _list(self, value: list[object], body: Body, depth: int) -> Iterator[Body | Issue]:
        if len(value) in (2, 3) and (url := _address(value[0])) and isinstance(value[1], (dict, list, str)):
            yield from self._answered(Pair(str(value[0]), url, "", None, None, value[1], (1,)), body, depth)
            return
        known = kinds_by_form(value)
        if known and not any(_is_other(one, known) for one in value):
            yield from self._known(body, depth)
            return
        paired = any(isinstance(one, dict) and pair_of(one) for one in islice(value, 100))
        beside = _beside({str(at): one for at, one in enumerate(islice(value, 20))}, body)
        for number, one in enumerate(value):
            if not _may_hold(one):
                if paired:
                    yield Issue(_EXPECTED, body.places.record((number,)))
                continue
            before = self._count() + sum(self.others.values())
            yield from self._visit(_under(beside, number), depth + 1)
            if paired and before == self._count() + sum(self.others.values()):
                yield Issue(_EXPECTED, body.places.record((number,)))

    def _inside(self, value: Mapping[str, object], body: Body, depth: int) -> Iterator[Body | Issue]:
        """Search an object that is not itself known."""
        beside = _beside(value, body)
        for key, inner in value.items():
            # Some programs store the answer under its address.
            url = _address(key)
            if url is not None:
                yield from self._answered(Pair(key, url, "", None, None, inner, (key,)), beside, depth)
            elif _may_hold(inner):
                yield from self._visit(_under(beside, key), depth + 1)

    def _text(self, text: str, body: Body, depth: int) -> Iterator[Body | Issue]:
        """Search JSON within a text, or in the parts of a multipart body. Other texts yield nothing."""
        for inner in self._opened(text, body):
            if isinstance(inner, Issue):
                yield inner
            else:
                yield from self._visit(inner, depth + 1)

    def _opened(self, text: str, body: Body) -> Iterator[Body | Issue]:
        """Search the JSON in a text, base64 or plain."""
        if written := bytes_in_hex(text):
            yield from self._written(written, body)
        elif not may_be_base64(text):
            yield from _opened(text, body)
        elif self._undone > MAX_UNDONE:
            self._cut_coded = True
        elif coded := json_in_base64(text):
            yield from self._loaded(*coded, body)

    def _written(self, written: WrittenBytes, body: Body) -> Iterator[Body | Issue]:
        """Search bytes that are written as text."""
        if self._undone > MAX_UNDONE:
            self._cut_coded = True
        else:
            yield from self._loaded(
                written.content, written.steps, replace(body, places=body.places.under(written.tokens))
            )

    def _loaded(self, content: bytes, steps: str, body: Body) -> Iterator[Body | Issue]:
        """Load JSON from bytes that have been decoded."""
        self._undone += len(content)
        loaded = load(Source.of(content, body.path))
        outer = join(body.places.record(()), steps)
        if isinstance(loaded.value, (dict, list)):
            yield from (replace(issue, locator=inside(outer, issue.locator)) for issue in loaded.issues)
            yield replace(body, value=loaded.value, places=loaded.places.after(outer))

    def _pair(self, pair: Pair, value: Mapping[str, object], body: Body, depth: int) -> Iterator[Body | Issue]:
        fields: dict[str, Value] = {**body.fields, **asked_fields(pair.method, pair.sent, pair.status)}
        timestamps = (*body.timestamps, *_logged(value))
        if pair.unheld and pair.url is not None:
            fields |= {"body_held": False, "body_bytes_sent": pair.unheld}
            yield Issue(_UNHELD.format(pair.url.plain_path, pair.unheld), body.places.record(()))
        asked = replace(body, fields=fields, timestamps=timestamps)
        before = self._count()
        if pair.url is not None and not pair.tokens:
            # Programs that save several answers to one request keep them under names of their own.
            left = {key: inner for key, inner in value.items() if not is_of_request(key)}
            yield from self._inside(left, replace(asked, url=pair.url), depth)
        if self._count() == before:
            yield from self._answered(pair, asked, depth)

    def _answered(self, pair: Pair, body: Body, depth: int) -> Iterator[Body | Issue]:
        """Visit the answer of an exchange, decoded as far as possible."""
        inner = replace(body, value=pair.answer, places=body.places.under(pair.tokens), url=pair.url)
        if isinstance(pair.answer, str) and pair.answer.strip() in ("", "null"):
            inner = replace(inner, value=None)
        elif pair.decoded is not None:
            content, steps = json_in_base64(str(pair.answer)) or (pair.decoded, at_coding("base64"))
            opened = list(self._loaded(content, steps, inner))
            yield from (one for one in opened if isinstance(one, Issue))
            inner = next((one for one in opened if isinstance(one, Body)), inner)
        elif written := bytes_in_numbers(pair.answer):
            opened = list(self._written(written, inner))
            yield from (one for one in opened if isinstance(one, Issue))
            inner = next((one for one in opened if isinstance(one, Body)), inner)
        elif isinstance(pair.answer, str) and _may_hold(pair.answer):
            opened = list(self._opened(pair.answer, inner))
            yield from (one for one in opened if isinstance(one, Issue))
            found = [one for one in opened if isinstance(one, Body)]
            if len(found) == 1:
                inner = found[0]
            elif not opened and not may_be_base64(pair.answer) and not may_be_hex(pair.answer):
                yield Issue(f"The answer is a text that is not JSON ({_damage(pair.answer)}).", inner.places.record(()))
        if pair.url is not None:
            yield from self._answer(inner, depth + 1)
            return
        before = self._count()
        yield from self._visit(replace(inner, fields={**inner.fields, "request_url": pair.asked[:2000]}), depth + 1)
        if self._count() == before:
            host = urlsplit(pair.asked).hostname or "no host"
            self.others[host] = self.others.get(host, 0) + 1


def _under(body: Body, token: str | int) -> Body:
    """The body of an inner value."""
    value: object = None
    if isinstance(body.value, dict) or (isinstance(body.value, list) and isinstance(token, int)):
        value = body.value[token]  # type: ignore[index]
    return replace(body, value=value, places=body.places.under((token,)))


def _address(value: object) -> ApiUrl | None:
    """Parse a name or list member as a full address of the service, with its host."""
    return ApiUrl.parse(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _may_hold(value: object) -> bool:
    if isinstance(value, str):
        start = value[:64].lstrip()
        plain = start.startswith(("{", "[", "--")) or bool(_GUARD.match(value))
        return len(value) > 1 and (plain or may_be_base64(value) or may_be_hex(value))
    return isinstance(value, (dict, list)) and bool(value)


def _opened(text: str, body: Body) -> Iterator[Body]:
    """The JSON in a text: one value, or one for each part of a multipart body."""
    if text.lstrip().startswith("--"):
        for part in parts(text.encode("utf-8", "surrogateescape")):
            yield from _decoded(
                part.content.decode("utf-8", "surrogateescape"), body, TextPlaces(body.places.record(()))
            )
        return
    guard = _GUARD.match(text)
    places = TextPlaces(body.places.record(())) if guard else body.places.within_text(())
    yield from _decoded(text[guard.end() :] if guard else text, body, places)


def _decoded(text: str, body: Body, places: Places) -> Iterator[Body]:
    try:
        value = decode(text)
    except JsonError:
        return
    if isinstance(value, (dict, list)):
        yield replace(body, value=value, places=places)


def _damage(text: str) -> str:
    """The reason why a text is not JSON."""
    try:
        decode(text)
    except JsonError as error:
        return str(error)
    return "neither an object nor a list"


def _is_other(one: object, known: list[ResponseParser]) -> bool:
    """Whether a member of a known list is of another known kind."""
    if not isinstance(one, dict) or any(kind.fits([one]) for kind in known):
        return False
    return pair_of(one) is not None or bool(kinds_by_form(one)) or form_of(one) is not None


def _item_keys(value: object) -> Iterator[str]:
    """The item keys of the records on a history page."""
    tops = value.values() if isinstance(value, dict) else [value]
    for top in tops:
        for record in top if isinstance(top, list) else [value]:
            items = record.get("voiceHistoryRecordItems") if isinstance(record, dict) else None
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and isinstance(item.get("recordItemKey"), str):
                    yield item["recordItemKey"]


def _beside(value: Mapping[str, object], body: Body) -> Body:
    """Add the plain members of the enclosing object to the body."""
    plain = {
        key: inner
        for key, inner in value.items()
        if isinstance(inner, (bool, int, float)) or (isinstance(inner, str) and inner and not _may_hold(inner))
    }
    if not plain:
        return body
    outer = body.fields.get(_BESIDE)
    kept: dict[str, Value] = dict(outer) if isinstance(outer, dict) else {}
    for key, inner in plain.items():
        if len(kept) < _MAX_BESIDE:
            kept[key[:100]] = inner[:_MAX_BESIDE_TEXT] if isinstance(inner, str) else Keeper().keep(inner)
    return replace(body, fields={**body.fields, _BESIDE: kept}, timestamps=(*body.timestamps, *_logged(plain)))


def _logged(value: Mapping[str, object]) -> Iterator[Timestamp]:
    """The times that the program which stored an answer wrote beside it."""
    times = {
        key: inner
        for key, inner in value.items()
        if _LOGGED.fullmatch(key) and not isinstance(inner, (dict, list)) and len(str(inner)) <= _MAX_TIME
    }
    for timestamp in TimeSearch(times, ()).timestamps():
        yield replace(timestamp, note=_BESIDE_NOTE.format(timestamp.note))
