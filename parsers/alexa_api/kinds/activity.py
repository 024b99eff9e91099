"""The account's voice history: ``/api/activities``, one record per utterance.

References:
    17 records of the DFRWS 2017 challenge (dfrws/dfrws2017-challenge, 005-Amazon-Echo-Alexa-Web-Scrape); 27 records
    of an Echo of the second generation (cleminator/AlexaPaperDatasets, 2019); the list of interfaces in pycift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, Tokens, members
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:activity"
_CREATION_NOTE = "Epoch milliseconds: when the service created the record; the utterance began before that."
_TRIGGER_NOTE = (
    "Epoch milliseconds: the instant for which the alarm, timer or reminder is set. That it sounded is not said."
)
_DISCARDED = ": the service discarded it as not directed at the device, as the status name says"
#: Members of the domain attributes with the service's answer, and their names in records.
_ANSWERS = {
    "answerText": "answer_texts",
    "spokenAnswerText": "spoken_answer_texts",
    "questionText": "question_texts",
    "searchQueryText": "search_texts",
}
_RENAMED = {
    "activityStatus": "status",
    "utteranceId": "stated_utterance_id",
    "registeredCustomerId": "registered_customer_id",
}
_INTERPRETED = ("description", "domainAttributes", "sourceDeviceIds")


class Activities(ResponseParser):
    """Reads lists of activities and single ones."""

    name = "alexa_activities"
    version = "2"
    urls = ("/api/activities", "/api/activities/{key}")
    telltales = (frozenset({"activityStatus", "utteranceId"}), frozenset({"activityStatus", "creationTimestamp"}))
    lists = (("activities",), ("activity",))
    about = About(
        title="Voice history of an Alexa account (activities)",
        data_types=(DATA_TYPE,),
        known_by=("address /api/activities", "JSON keys activityStatus, utteranceId, creationTimestamp"),
        shows=(
            "The account's history held a record of an utterance, with the device, the status, the text that the"
            " service recognised, the id that leads to the recording, and when the service created the record."
        ),
        does_not_show=(
            "Who spoke. That the recognised text is what was said: it is the service's reading of the sound."
            " That the device did what was asked. When it was spoken: the creation time is later, the time within"
            " the utterance id is that of the audio stream, in whole seconds."
        ),
        validated_on=(
            "Echo, 1st generation, 2017: 17 records (DFRWS 2017 challenge)",
            "Echo, 2nd generation, 2019: 27 records (cleminator/AlexaPaperDatasets)",
        ),
        limits=("Domain attributes are kept within bounds; what was left out is named in the record.",),
        references=(
            "https://github.com/dfrws/dfrws2017-challenge",
            "https://github.com/cleminator/AlexaPaperDatasets",
            "https://github.com/jungheum/pycift",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether the first item, or the item itself, has ``activityStatus``; a status is never a list or an object."""
        first = next(_items(value), None)
        if first is None or not isinstance(first.value, dict) or "activityStatus" not in first.value:
            return False
        return not isinstance(first.value["activityStatus"], (list, dict))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each activity."""
        for place in _items(body.value):
            if isinstance(place.value, dict) and _is_activity(place.value):
                yield from _ActivityReading(place.value, place.tokens, body).run()
            elif place.value is not None:
                yield Issue("An activity was expected here.", body.places.record(place.tokens))


def _items(value: object) -> Iterator[JsonPlace]:
    """The activities of an answer: a list, a single one, or a bare list or record as people extract it."""
    if isinstance(value, list):
        yield from members(value, ("*",))
    elif isinstance(value, dict) and "activityStatus" in value:
        yield JsonPlace(value, (), ())
    else:
        for place in members(value, ("activities",)):
            if isinstance(place.value, list):
                yield from members(value, ("activities", "*"))
            elif place.value is not None:
                yield place
        yield from members(value, ("activity",))


def _is_activity(item: Mapping[str, object]) -> bool:
    return "activityStatus" in item or "utteranceId" in item or "creationTimestamp" in item


@dataclass(slots=True)
class _ActivityReading:
    """Reads one activity."""

    item: Mapping[str, object]
    tokens: Tokens
    body: Body
    issues: list[Issue] = field(default_factory=list)

    def run(self) -> Iterator[Record | Issue]:
        """Yield the issues, then the record."""
        description = self._inner("description")
        summary = description.get("summary") if isinstance(description, dict) else None
        first = description.get("firstUtteranceId") if isinstance(description, dict) else None
        if summary is not None and not isinstance(summary, str):
            self._issue("description", "the summary is not text")
            summary = None
        utterance = spoken.choose(self.item.get("utteranceId"), first)
        attributes = self._inner("domainAttributes")
        fields = _fields(self.item, description, attributes)
        serial, device_type = self._device(utterance)
        timestamps = (*self._timestamps(utterance, first), *self._scheduled(attributes))
        identity, keys = self._keys(attributes)
        record = Record(
            data_type=DATA_TYPE,
            message=_message(self.item, summary, utterance),
            locator=self.body.places.record(self.tokens),
            timestamps=timestamps,
            device_serial=serial,
            device_type=device_type,
            account=self._text("registeredCustomerId") or (identity.customer if identity else None),
            utterance_id=utterance.text if utterance else self._text("utteranceId"),
            transcript=summary,
            fields=fields,
            keys=keys,
        )
        yield from self.issues
        yield record

    def _issue(self, key: str, what: str) -> None:
        place = self.body.places.value((*self.tokens, key)) or self.body.places.record((*self.tokens, key))
        self.issues.append(Issue(f"{key}: {what}.", place))

    def _text(self, key: str) -> str | None:
        value = self.item.get(key)
        if value is None or isinstance(value, str):
            return value or None
        self._issue(key, "text was expected")
        return None

    def _inner(self, key: str) -> object:
        """Decode JSON inside a text; other text is returned unchanged; None if there is no value."""
        value = self.item.get(key)
        if not isinstance(value, str):
            if value is not None and not isinstance(value, (dict, list)):
                self._issue(key, "text was expected")
            return value
        if not value.lstrip().startswith(("{", "[")):
            if value.strip() and key == "description":
                self._issue(key, "JSON was expected")
            return value or None
        try:
            return decode(value)
        except JsonError as error:
            self._issue(key, f"not JSON ({error})")
            return value

    def _timestamps(self, utterance: UtteranceId | None, first: object) -> tuple[Timestamp, ...]:
        timestamps = []
        created = self.item.get("creationTimestamp")
        if isinstance(created, (bool, float, list, dict)):
            self._issue("creationTimestamp", "a whole number of milliseconds was expected")
        elif (timestamp := from_milliseconds(created)) is not None:
            locator = self.body.places.value((*self.tokens, "creationTimestamp"))
            timestamps.append(Timestamp("Creation Time", str(created), Clock.CLOUD, timestamp, _CREATION_NOTE, locator))
        if not timestamps and (identity := ActivityKey.parse(self.item.get("id"))):
            within = identity.to_timestamp(self.body.places.value((*self.tokens, "id")))
            timestamps += [within] if within else []
        if utterance:
            key = "description" if utterance.text == first else "utteranceId"
            timestamps.append(spoken.to_timestamp(utterance, self.body.places.value((*self.tokens, key))))
        return tuple(timestamps)

    def _scheduled(self, attributes: object) -> tuple[Timestamp, ...]:
        """The scheduled time of the alarm, timer or reminder that the utterance requested."""
        value = attributes.get("triggerTime") if isinstance(attributes, dict) else None
        timestamp = None if isinstance(value, (bool, float)) else from_milliseconds(value)
        if timestamp is None:
            return ()
        locator = self.body.places.value((*self.tokens, "domainAttributes"))
        return (Timestamp("Scheduled to start", str(value), Clock.CLOUD, timestamp, _TRIGGER_NOTE, locator),)

    def _device(self, utterance: UtteranceId | None) -> tuple[str | None, str | None]:
        """Serial number and type: from the first source device, else from the id, else from the utterance."""
        sources = self.item.get("sourceDeviceIds")
        if sources is not None and not isinstance(sources, list):
            self._issue("sourceDeviceIds", "a list was expected")
        for source in sources if isinstance(sources, list) else ():
            if isinstance(source, dict):
                serial, kind = source.get("serialNumber"), source.get("deviceType")
                if isinstance(serial, str) and serial:
                    return serial, kind if isinstance(kind, str) and kind else None
        if key := ActivityKey.parse(self.item.get("id")):
            return key.serial, key.device_type
        return (utterance.serial if utterance else None), spoken.device_type(utterance)

    def _keys(self, attributes: object) -> tuple[ActivityKey | None, tuple[str, ...]]:
        identity = self._text("id")
        keys = [activity_key(identity)] if identity else []
        notification = attributes.get("notificationId") if isinstance(attributes, dict) else None
        if isinstance(notification, str) and notification:
            keys.append(f"notification:{notification}")
        return ActivityKey.parse(identity), tuple(keys)


def _fields(item: Mapping[str, object], description: object, attributes: object) -> dict[str, Value]:
    keeper = Keeper()
    content: dict[str, object] = {
        _RENAMED.get(key, key): value for key, value in item.items() if key not in _INTERPRETED
    }
    if isinstance(description, dict):
        content["summary"] = description.get("summary")
        content["first_utterance_id"] = description.get("firstUtteranceId")
        content["first_stream_id"] = description.get("firstStreamId")
        if more := {key: value for key, value in description.items() if key not in _DESCRIBED}:
            content["description"] = more
    else:
        content["description"] = description
    content["source_devices"] = item.get("sourceDeviceIds")
    content |= answers(attributes)
    content["domain_attributes"] = attributes
    return keeper.fields(content)


_DESCRIBED = ("summary", "firstUtteranceId", "firstStreamId")


def answers(attributes: object) -> dict[str, list[str]]:
    """The texts of the service's answers in domain attributes, each once, by their names in records."""
    found: dict[str, list[str]] = {}
    if not isinstance(attributes, dict):
        return found
    best = attributes.get("nBestList")
    for holder in (attributes, *(best[:20] if isinstance(best, list) else ())):
        for key, name in _ANSWERS.items():
            text = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(text, str) and text and text not in found.setdefault(name, []):
                found[name].append(text)
    return {name: texts for name, texts in found.items() if texts}


def _message(item: Mapping[str, object], summary: str | None, utterance: UtteranceId | None) -> str:
    status = shown(item.get("activityStatus")) or "not given"
    parts = [f"The account's history records an utterance with status {status}"]
    if status == "DISCARDED_NON_DEVICE_DIRECTED_INTENT":
        parts[0] += _DISCARDED
    if summary:
        parts.append(f'the text recognised by the service is "{shown(summary) or ""}"')
    elif summary is not None:
        parts.append("the recognised text is empty")
    else:
        parts.append("the record holds no recognised text")
    if utterance and utterance.source == spoken.TEXT_SOURCE:
        parts.append(f"the utterance id names {spoken.TEXT_SOURCE} as the source, which stands for text, not speech")
    return "; ".join(parts) + "."
