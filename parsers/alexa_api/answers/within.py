"""Answers of the service inside any JSON: in lists of pages, in wrappers, in what a program logged, at any depth.

An answer is known by its keys, a single record by its own, an exchange by the address in it. What encloses them is not
known and need not be: its plain members are kept with each record as ``stands_within``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from parsers.alexa_api.answers.asked import asked_fields
from parsers.alexa_api.answers.fragment import enclosed, form_of, is_item
from parsers.alexa_api.answers.further_times import TimeSearch
from parsers.alexa_api.answers.pair import Pair, pair_of
from parsers.alexa_api.answers.responses import kinds_by_form, kinds_of, read
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, Places, ResponseParser, TextPlaces
from parsers.alexa_api.items.coded_texts import json_in_base64, may_be_base64
from parsers.alexa_api.items.loaded_json import load
from parsers.formats.http.multipart import parts
from parsers.formats.json.text import JsonError, decode
from parsers.locator import at_coding, inside, join
from parsers.parser import Source
from parsers.record import Issue, Record, Timestamp, Value
from parsers.values import Keeper

#: Of one value at most so many inner ones are looked at, so deep.
MAX_VALUES = 4_000_000
MAX_DEPTH = 60
#: Of texts in base64 in one value no more bytes are read, once they are plain.
MAX_UNDONE = 256 * 1024 * 1024
#: What is before JSON against its inclusion by other pages.
_GUARD = re.compile(r"\s*(?:\)\]\}',?|while\s?\(1\);?|for\s?\(;;\);?|&&&START&&&)\s*(?=[\[{])")
#: Of what encloses an answer so many plain members are kept, each up to so many characters.
_MAX_BESIDE = 30
_MAX_BESIDE_TEXT = 300
_BESIDE = "stands_within"
#: Names of the time at which an answer was kept, and how long such a time is at most.
_LOGGED = re.compile(
    r"(?i)@?time_?stamp(?:_?ms)?|time|ts|date|date_?time|when"
    r"|(?:logged|received|captured|fetched|retrieved|saved|recorded|requested|responded|started)_?(?:at|on|date_?time|time)"
)
_MAX_TIME = 40
_BESIDE_NOTE = "{} It stands beside the answer, in what encloses it."
_EXPECTED = "A request with its answer was expected here."


def read_within(whole: Body) -> Iterator[Record | Issue]:
    """Yield what every answer inside a decoded value says, in the order they are in.

    Nothing, where the value holds nothing that is known and has no address. With an address at least one record.

    Args:
        whole: the value, with its places and with what is known of how it was asked for.
    """
    for found in bodies(whole):
        if isinstance(found, Issue):
            yield found
        else:
            yield from read(found)


def bodies(whole: Body, others: dict[str, int] | None = None) -> Iterator[Body | Issue]:
    """Yield every answer inside a decoded value, each as a body of its own; the value itself where it is one.

    Args:
        whole: the value.
        others: gets the hosts of the exchanges that were skipped, with their number.
    """
    walk = _Walk(whole, others if others is not None else {})
    yield from walk.run()


@dataclass(slots=True)
class _Walk:
    """The way through one value."""

    whole: Body
    others: dict[str, int]
    found: int = 0
    #: Hashes of the keys of the items of records that were read: a page may hold very many.
    _keys: set[int] = field(default_factory=set)
    _items: list[tuple[str, Body]] = field(default_factory=list)
    _looked: int = 0
    _cut: bool = False
    _undone: int = 0
    _cut_coded: bool = False

    def run(self) -> Iterator[Body | Issue]:
        """Yield the answers; items of the history that no record before held, last."""
        yield from self._answer(self.whole, 0)
        for key, body in self._items:
            if hash(key) not in self._keys:
                self.found += 1
                yield body
        if self._cut:
            what = f"The JSON holds more than {MAX_VALUES} values, or is nested deeper than {MAX_DEPTH} levels."
            yield Issue(f"{what} The rest was not searched for answers.", self.whole.places.record(()))
        if self._cut_coded:
            what = f"Texts in base64 come to more than {MAX_UNDONE} bytes; the rest of them was not read."
            yield Issue(what, self.whole.places.record(()))

    def _answer(self, body: Body, depth: int) -> Iterator[Body | Issue]:
        """What was answered: the whole where its form is known or nothing in it is, else what is in it."""
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
        """One value."""
        self._looked += 1
        if self._looked > MAX_VALUES or depth > MAX_DEPTH:
            self._cut = True
            return
        value = body.value
        if isinstance(value, str):
            yield from self._text(value, body, depth)
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
                # A record around it, before or behind, holds it too.
                self._items.append((str(value.get("recordItemKey") or id(value)), alone))
            else:
                self.found += 1
                yield alone
        else:
            yield from self._inside(value, body, depth)

    def _known(self, body: Body, depth: int) -> Iterator[Body | Issue]:
        """An answer that is known, and what is in it that its readers leave."""
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
        paired = any(isinstance(one, dict) and pair_of(one) for one in value[:100])
        beside = _beside({str(at): one for at, one in enumerate(value[:20])}, body)
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
        """What is in an object that is not known itself."""
        beside = _beside(value, body)
        for key, inner in value.items():
            # Some programs keep what was answered under the address.
            url = _address(key)
            if url is not None:
                yield from self._answered(Pair(key, url, "", None, None, inner, (key,)), beside, depth)
            elif _may_hold(inner):
                yield from self._visit(_under(beside, key), depth + 1)

    def _text(self, text: str, body: Body, depth: int) -> Iterator[Body | Issue]:
        """JSON within a text, or in the parts of a body of several. A text that is neither holds nothing here."""
        for inner in self._opened(text, body):
            if isinstance(inner, Issue):
                yield inner
            else:
                yield from self._visit(inner, depth + 1)

    def _opened(self, text: str, body: Body) -> Iterator[Body | Issue]:
        """The JSON that a text holds, in base64 or as it is."""
        if not may_be_base64(text):
            yield from _opened(text, body)
        elif self._undone > MAX_UNDONE:
            self._cut_coded = True
        elif coded := json_in_base64(text):
            yield from self._loaded(*coded, body)

    def _loaded(self, content: bytes, steps: str, body: Body) -> Iterator[Body | Issue]:
        """The JSON that some bytes are, which codings were undone for."""
        self._undone += len(content)
        loaded = load(Source.of(content, body.path))
        outer = join(body.places.record(()), steps)
        if isinstance(loaded.value, (dict, list)):
            yield from (replace(issue, locator=inside(outer, issue.locator)) for issue in loaded.issues)
            yield replace(body, value=loaded.value, places=loaded.places.after(outer))

    def _pair(self, pair: Pair, value: Mapping[str, object], body: Body, depth: int) -> Iterator[Body | Issue]:
        fields: dict[str, Value] = {**body.fields, **asked_fields(pair.method, pair.sent, pair.status)}
        timestamps = (*body.timestamps, *_logged(value))
        yield from self._answered(pair, replace(body, fields=fields, timestamps=timestamps), depth)

    def _answered(self, pair: Pair, body: Body, depth: int) -> Iterator[Body | Issue]:
        """The answer of an exchange, decoded as far as it can be."""
        inner = replace(body, value=pair.answer, places=body.places.under(pair.tokens), url=pair.url)
        if isinstance(pair.answer, str) and pair.answer.strip() in ("", "null"):
            inner = replace(inner, value=None)
        elif pair.decoded is not None:
            content, steps = json_in_base64(str(pair.answer)) or (pair.decoded, at_coding("base64"))
            opened = list(self._loaded(content, steps, inner))
            yield from (one for one in opened if isinstance(one, Issue))
            inner = next((one for one in opened if isinstance(one, Body)), inner)
        elif isinstance(pair.answer, str) and _may_hold(pair.answer):
            opened = list(self._opened(pair.answer, inner))
            yield from (one for one in opened if isinstance(one, Issue))
            found = [one for one in opened if isinstance(one, Body)]
            if len(found) == 1:
                inner = found[0]
            elif not opened and not may_be_base64(pair.answer):
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
    """The body of a value in another."""
    value: object = None
    if isinstance(body.value, dict) or (isinstance(body.value, list) and isinstance(token, int)):
        value = body.value[token]  # type: ignore[index]
    return replace(body, value=value, places=body.places.under((token,)))


def _address(value: object) -> ApiUrl | None:
    """The address of the service that a name or a member of a list is, whole and with its host."""
    return ApiUrl.parse(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _may_hold(value: object) -> bool:
    if isinstance(value, str):
        start = value[:64].lstrip()
        plain = start.startswith(("{", "[", "--")) or bool(_GUARD.match(value))
        return len(value) > 1 and (plain or may_be_base64(value))
    return isinstance(value, (dict, list)) and bool(value)


def _opened(text: str, body: Body) -> Iterator[Body]:
    """The JSON that a text holds: one value, or one for each part of a body of several."""
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
    """Why a text is not JSON."""
    try:
        decode(text)
    except JsonError as error:
        return str(error)
    return "neither an object nor a list"


def _is_other(one: object, known: list[ResponseParser]) -> bool:
    """Whether a member of a list that is known is none of its kind, and is known itself."""
    if not isinstance(one, dict) or any(kind.fits([one]) for kind in known):
        return False
    return pair_of(one) is not None or bool(kinds_by_form(one)) or form_of(one) is not None


def _item_keys(value: object) -> Iterator[str]:
    """The keys of the items that the records of a page of the history hold."""
    tops = value.values() if isinstance(value, dict) else [value]
    for top in tops:
        for record in top if isinstance(top, list) else [value]:
            items = record.get("voiceHistoryRecordItems") if isinstance(record, dict) else None
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and isinstance(item.get("recordItemKey"), str):
                    yield item["recordItemKey"]


def _beside(value: Mapping[str, object], body: Body) -> Body:
    """The body with the plain members of an object around it."""
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
    """The times that whatever kept an answer wrote beside it."""
    times = {
        key: inner
        for key, inner in value.items()
        if _LOGGED.fullmatch(key) and not isinstance(inner, (dict, list)) and len(str(inner)) <= _MAX_TIME
    }
    for timestamp in TimeSearch(times, ()).timestamps():
        yield replace(timestamp, note=_BESIDE_NOTE.format(timestamp.note))
