"""Every supported kind of answer, and the reading of an answer by the kinds that match it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from parsers.alexa_api.answers import unread_answer, whole_answer
from parsers.alexa_api.answers.asked import action_in_words, asked_window, sent_device, sent_in_words
from parsers.alexa_api.answers.declared_answer import DeclaredAnswer
from parsers.alexa_api.answers.further_times import MAX_TIMES, TimeSearch, stream
from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.kinds.activity import Activities
from parsers.alexa_api.kinds.alexa_plus import AlexaPlusConversations, AlexaPlusFragments
from parsers.alexa_api.kinds.appliance import Appliances
from parsers.alexa_api.kinds.card import Cards
from parsers.alexa_api.kinds.conversation import Conversations
from parsers.alexa_api.kinds.dialog_items import DialogItems
from parsers.alexa_api.kinds.directive import Directives
from parsers.alexa_api.kinds.endpoint import Endpoints
from parsers.alexa_api.kinds.history import History
from parsers.alexa_api.kinds.kept_device import KeptDevices
from parsers.alexa_api.kinds.last_called import LastCalled
from parsers.alexa_api.kinds.push_message import PushMessages
from parsers.alexa_api.kinds.routine import Routines
from parsers.alexa_api.kinds.skill_request import SkillRequests
from parsers.alexa_api.kinds.smart_home_state import SmartHomeStates
from parsers.definition.api import definitions
from parsers.record import Issue, Record, Timestamp, Value

#: A member name, also in JSON within a text.
_QUOTED_KEY = re.compile(rb'"([A-Za-z_]\w{0,63})\\{0,15}"[ \t\r\n]{0,8}:')


@cache
def kinds() -> tuple[ResponseParser, ...]:
    """Every kind, by name."""
    declared = map(DeclaredAnswer, definitions())
    read_by_code = (
        Activities(),
        AlexaPlusConversations(),
        AlexaPlusFragments(),
        Appliances(),
        Cards(),
        Conversations(),
        DialogItems(),
        Directives(),
        Endpoints(),
        History(),
        KeptDevices(),
        LastCalled(),
        PushMessages(),
        Routines(),
        SkillRequests(),
        SmartHomeStates(),
    )
    return tuple(sorted((*read_by_code, *declared), key=lambda kind: kind.name))


def read(body: Body) -> Iterator[Record | Issue]:
    """Yield the records of an answer: at least one, whatever it holds."""
    found = kinds_of(body)
    whole = whole_answer.AnyPage()
    carrier = _Carrier.of(body)
    for kind in found:
        for item in kind.parse_body(body):
            if isinstance(item, Issue):
                yield replace(item, parser=kind.name)
            else:
                streams = stream(item.utterance_id)
                record = carrier.finished(item, kind.name, kind.version, streams, kind.read_apart)
                whole.add(record, streams)
                yield record
    if not whole.records:
        unread = unread_answer.record(body, found[0] if found else None)
        streams = stream(unread.utterance_id)
        record = carrier.finished(unread, unread_answer.NAME, unread_answer.VERSION, streams)
        whole.add(record, streams)
        yield record
        # The answer's own record is complete, apart from times found beyond the search limits.
        rest, issue = whole.rest(replace(body, url=None), None)
        rest = rest if rest and rest.timestamps else None
    else:
        rest, issue = whole.rest(body, carrier.asked)
    if issue:
        yield replace(issue, parser=whole_answer.NAME)
    if rest:
        yield carrier.addressed(rest, whole_answer.NAME, whole_answer.VERSION, rest.timestamps, rest.fields)


def quoted_keys(head: bytes) -> frozenset[str]:
    """The names of the members in the head of a JSON file."""
    return frozenset(key.decode("ascii") for key in _QUOTED_KEY.findall(head))


def telltale(keys: frozenset[str]) -> bool:
    """Whether these keys identify a kind of answer rather than arbitrary JSON."""
    return any(map(keys.issuperset, _telltales()))


@cache
def _telltales() -> tuple[frozenset[str], ...]:
    """The sets of keys of which each identifies a kind of answer."""
    return tuple({needed: None for kind in kinds() for needed in kind.telltales})


def kinds_of(body: Body) -> list[ResponseParser]:
    """Return the kinds that match an answer.

    Matches by the address, if the answer has its form; else by the keys; else by the address alone, or by an empty
    list that only one kind has.
    """
    known = [kind for kind in kinds() if body.url and kind.knows(body.url.path)]
    if any(kind.may_be(body.value) for kind in known):
        return known
    if found := kinds_by_form(body.value):
        return found
    if body.url:
        return known
    empty = [kind for kind in kinds() if kind.is_empty(body.value)]
    return empty if len({kind.urls[0] for kind in empty}) == 1 else []


def kinds_by_form(value: object) -> list[ResponseParser]:
    """The kinds whose keys a value has."""
    if isinstance(value, dict):
        if _entry_keys().isdisjoint(value):
            return []
    elif not isinstance(value, list) or not any(isinstance(one, dict) for one in islice(value, 20)):
        return []
    return [kind for kind in kinds() if kind.fits(value)]


@cache
def _entry_keys() -> frozenset[str]:
    """Keys of which every answer object has at least one: most objects can be skipped."""
    found: set[str] = set()
    for kind in kinds():
        found.update(kind.first_keys, *kind.telltales)
        found.update(place[0] for place in kind.lists)
    return frozenset(found)


@dataclass(slots=True)
class _Carrier:
    """What an answer as a whole states. It is worked out once, and added to each of its records.

    Attributes:
        body: the answer.
        asked: when it was requested, by its address.
        timestamps: the times of the request and the response.
        fields: what is known of the request and the response.
        query: the parameters of its address.
        request: a sentence on the request, if it was no plain reading; else empty.
    """

    body: Body
    asked: Timestamp | None
    timestamps: tuple[Timestamp, ...]
    fields: Mapping[str, Value]
    query: Mapping[str, str]
    request: str

    @classmethod
    def of(cls, body: Body) -> _Carrier:
        """Work out what an answer states."""
        url = body.url
        if url is None:
            return cls(body, None, body.timestamps, body.fields, {}, "")
        fields: dict[str, Value] = {**body.fields, **asked_window(url), "request_url": url.text}
        if (requested := url.requested) is not None:
            fields["request_time_ms"] = requested
        sentence = ""
        if request := action_in_words(body.fields, url.plain_path):
            sent = sent_in_words(body.fields)
            sentence = f" It was answered to {request}{f'; {sent}' if sent else ''}."
        asked = url.to_timestamp(body.clock)
        return cls(body, asked, (*body.timestamps, asked) if asked else body.timestamps, fields, url.query, sentence)

    def finished(
        self, record: Record, name: str, version: str, streams: frozenset[str], apart: tuple[str, ...] = ()
    ) -> Record:
        """Add to a record the times under undocumented names, and what the answer as a whole states."""
        known = {timestamp.timestamp for timestamp in (*record.timestamps, *self.timestamps)}
        searched = record.fields
        if apart:
            searched = {key: value for key, value in searched.items() if key not in apart}
        search = TimeSearch(searched, known, streams)
        timestamps = (*record.timestamps, *search.timestamps())
        if self.timestamps and (not record.timestamps or record.data_type == unread_answer.DATA_TYPE):
            timestamps = (*timestamps, *self.timestamps)
        cut = f"more than {MAX_TIMES}, or nested too deeply; not each is a row"
        fields = {**record.fields, "further_times": cut} if search.cut else record.fields
        return self.addressed(record, name, version, timestamps, fields)

    def addressed(
        self,
        record: Record,
        name: str,
        version: str,
        timestamps: tuple[Timestamp, ...],
        fields: Mapping[str, Value],
    ) -> Record:
        """Add to a record its parser, its keys, the address of the answer and the carrier's facts.

        Args:
            record: the record.
            name, version: of its parser.
            timestamps, fields: the record's own, and what was found for it.
        """
        body = self.body
        # Each record passes here, and ``replace`` takes several times as long.
        return Record(
            record.data_type,
            record.message if record.data_type == unread_answer.DATA_TYPE else record.message + self.request,
            record.locator,
            timestamps,
            record.device_serial or self.query.get("deviceSerialNumber") or sent_device(body.fields),
            record.device_type or self.query.get("deviceType") or None,
            record.account,
            record.person,
            record.utterance_id,
            record.transcript,
            {**fields, **self.fields},
            (*record.keys, *body.keys),
            name,
            version,
            body.file,
        )
