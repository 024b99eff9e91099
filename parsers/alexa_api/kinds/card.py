"""The cards of the account's home screen, ``/api/cards``: what was heard and what the service answered.

References:
    10 cards in CIFT's example result (jungheum/pycift, Echo of the first generation, 2017); 11 cards of an Echo of
    the second generation (cleminator/AlexaPaperDatasets, 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, Tokens, members
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:card"
_CREATION_NOTE = "Epoch milliseconds: when the service created the card; the utterance began before that."
_PLAYBACK = "playbackAudioAction"
#: Members with the service's own text, and their names in records.
_SERVICE = {"title": "service_title", "subtitle": "service_subtitle", "descriptiveText": "service_text"}


class Cards(ResponseParser):
    """Reads lists of cards and single ones."""

    name = "alexa_cards"
    version = "2"
    urls = ("/api/cards", "/api/cards/{key}")
    telltales = (frozenset({"cardType", "creationTimestamp"}), frozenset({"cardType", "registeredCustomerId"}))
    lists = (("cards",), ("card",))
    about = About(
        title="Cards on the home screen of an Alexa account",
        data_types=(DATA_TYPE,),
        known_by=("address /api/cards", "JSON keys cardType, creationTimestamp, registeredCustomerId"),
        shows=(
            "The account's home screen held a card, with the time the service created it, the device, the text that"
            " the service showed and, where the card names a recording, the text it says was heard."
        ),
        does_not_show=(
            "Who spoke, or that anybody looked at the card. Title, subtitle and descriptive text are the service's"
            " answer, not speech of a person."
        ),
        validated_on=(
            "Echo, 1st generation, 2017: 10 cards (CIFT's example result)",
            "Echo, 2nd generation, 2019: 11 cards (cleminator/AlexaPaperDatasets)",
        ),
        limits=("Not every utterance has a card, and cards can be removed by the user of the account.",),
        references=("https://github.com/jungheum/pycift", "https://github.com/cleminator/AlexaPaperDatasets"),
    )

    def fits(self, value: object) -> bool:
        """Whether the first item, or the item itself, has ``cardType``."""
        first = next(_items(value), None)
        return first is not None and isinstance(first.value, dict) and "cardType" in first.value

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each card."""
        for place in _items(body.value):
            if isinstance(place.value, dict) and ("cardType" in place.value or "creationTimestamp" in place.value):
                yield from _CardReading(place.value, place.tokens, body).run()
            elif place.value is not None:
                yield Issue("A card was expected here.", body.places.record(place.tokens))


def _items(value: object) -> Iterator[JsonPlace]:
    """The cards of an answer: a list, a single one, or a bare list or card."""
    if isinstance(value, list):
        yield from members(value, ("*",))
    elif isinstance(value, dict) and "cardType" in value:
        yield JsonPlace(value, (), ())
    else:
        for place in members(value, ("cards",)):
            if isinstance(place.value, list):
                yield from members(value, ("cards", "*"))
            elif place.value is not None:
                yield place
        yield from members(value, ("card",))


@dataclass(slots=True)
class _CardReading:
    """Reads one card."""

    item: Mapping[str, object]
    tokens: Tokens
    body: Body
    issues: list[Issue] = field(default_factory=list)

    def run(self) -> Iterator[Record | Issue]:
        """Yield the issues, then the record."""
        playback = self.item.get(_PLAYBACK)
        if playback is not None and not isinstance(playback, dict):
            self._issue((_PLAYBACK,), "an object was expected")
        action: Mapping[str, object] = playback if isinstance(playback, dict) else {}
        utterance = spoken.in_url(action.get("url"))
        heard = spoken.quoted(action.get("mainText"))
        identity = self._text("id")
        key = ActivityKey.parse(identity)
        serial, device_type = self._device(utterance, key)
        record = Record(
            data_type=DATA_TYPE,
            message=_message(self.item, heard),
            locator=self.body.places.record(self.tokens),
            timestamps=self._timestamps(utterance),
            device_serial=serial,
            device_type=device_type,
            account=self._text("registeredCustomerId") or (key.customer if key else None),
            utterance_id=utterance.text if utterance else None,
            transcript=heard,
            fields=_fields(self.item, action),
            keys=(activity_key(identity),) if identity else (),
        )
        yield from self.issues
        yield record

    def _issue(self, keys: Tokens, what: str) -> None:
        tokens = (*self.tokens, *keys)
        place = self.body.places.value(tokens) or self.body.places.record(tokens)
        self.issues.append(Issue(f"{'.'.join(map(str, keys))}: {what}.", place))

    def _text(self, key: str) -> str | None:
        value = self.item.get(key)
        if value is None or isinstance(value, str):
            return value or None
        self._issue((key,), "text was expected")
        return None

    def _timestamps(self, utterance: UtteranceId | None) -> tuple[Timestamp, ...]:
        timestamps = []
        created = self.item.get("creationTimestamp")
        if isinstance(created, (bool, float, list, dict)):
            self._issue(("creationTimestamp",), "a whole number of milliseconds was expected")
        elif (timestamp := from_milliseconds(created)) is not None:
            locator = self.body.places.value((*self.tokens, "creationTimestamp"))
            timestamps.append(Timestamp("Creation Time", str(created), Clock.CLOUD, timestamp, _CREATION_NOTE, locator))
        if not timestamps and (key := ActivityKey.parse(self.item.get("id"))):
            within = key.to_timestamp(self.body.places.value((*self.tokens, "id")))
            timestamps += [within] if within else []
        if utterance:
            timestamps.append(spoken.to_timestamp(utterance, self.body.places.value((*self.tokens, _PLAYBACK, "url"))))
        return tuple(timestamps)

    def _device(self, utterance: UtteranceId | None, key: ActivityKey | None) -> tuple[str | None, str | None]:
        source = self.item.get("sourceDevice")
        if isinstance(source, dict):
            serial, kind = source.get("serialNumber"), source.get("type", source.get("deviceType"))
            if isinstance(serial, str) and serial:
                return serial, kind if isinstance(kind, str) and kind else None
        if key:
            return key.serial, key.device_type
        return (utterance.serial if utterance else None), spoken.device_type(utterance)


def _fields(item: Mapping[str, object], action: Mapping[str, object]) -> dict[str, Value]:
    content: dict[str, object] = {_SERVICE.get(key, key): value for key, value in item.items()}
    if "mainText" in action:
        content["heard_as_shown"] = action["mainText"]
    return Keeper().fields(content)


def _message(item: Mapping[str, object], heard: str | None) -> str:
    kind = shown(item.get("cardType")) or "not given"
    parts = [f"The account's home screen held a card of type {kind}"]
    if title := shown(item.get("title")):
        parts[0] += f', titled "{title}"'
    if heard is not None:
        parts.append(f'the card says the service heard "{shown(heard) or ""}"')
    if answer := shown(item.get("descriptiveText")):
        parts.append(f'the service\'s own text reads "{answer}"')
    return "; ".join(parts) + "."
