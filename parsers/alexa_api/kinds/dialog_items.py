"""The turns of an activity, ``/api/activity-dialog-items``: the recognised text, its interpretation, the answer.

References:
    The list of interfaces in pycift (Chung, Park and Lee): ``activityItemData`` and ``sourceDevice`` are texts that
    hold JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:dialog_item"
_TOP = "activityDialogItems"
_DATA = "activityItemData"
_NOTE = "Epoch milliseconds that the service gave the turn; the utterance began before that."


class DialogItems(ResponseParser):
    """Reads the turns of an activity."""

    name = "alexa_dialog_items"
    version = "3"
    urls = ("/api/activity-dialog-items",)
    telltales = (frozenset({_TOP}), frozenset({_DATA, "itemType"}))
    lists = ((_TOP,),)
    about = About(
        title="Turns of an activity of an Alexa account (dialog items)",
        data_types=(DATA_TYPE,),
        known_by=("address /api/activity-dialog-items", f"JSON keys {_TOP}, {_DATA}, itemType"),
        shows=(
            "The account's history held a turn of an activity: the text that the service recognised, its reading of"
            " it, or the text of its answer, with the time the service gave the turn."
        ),
        does_not_show=("Who spoke. That the recognised text is what was said, or that an answer was played or heard."),
        validated_on=("The form that pycift reads; no example from real evidence was available",),
        limits=("Items of type NLU are kept and not interpreted.",),
        references=("https://github.com/jungheum/pycift",),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, or the first item has the expected keys."""
        if isinstance(value, dict) and _TOP in value:
            return True
        first = next(_items(value), None)
        return (
            first is not None and isinstance(first.value, dict) and "itemType" in first.value and _DATA in first.value
        )

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each turn."""
        asked = body.url.query.get("activityKey") if body.url else None
        for place in _items(body.value):
            if isinstance(place.value, dict) and any(key in place.value for key in ("itemType", _DATA, "utteranceId")):
                yield from _record(ItemReader(place.value, place.tokens, body), asked or None)
            elif place.value is not None:
                yield Issue("A turn of an activity was expected here.", body.places.record(place.tokens))


def _items(value: object) -> Iterator[JsonPlace]:
    """The turns of an answer, or a bare list or turn as people extract it."""
    if isinstance(value, list):
        yield from members(value, ("*",))
        return
    if isinstance(value, dict) and "itemType" in value and _DATA in value:
        yield JsonPlace(value, (), ())
        return
    for place in members(value, (_TOP,)):
        if isinstance(place.value, list):
            yield from members(value, (_TOP, "*"))
        elif place.value is not None:
            yield place


def _record(reader: ItemReader, asked: str | None) -> Iterator[Record | Issue]:
    kind = reader.text("itemType")
    data = reader.inner(_DATA)
    within = ItemReader(data, reader.tokens, reader.body)
    heard = within.string("asrText") if kind == "ASR" else None
    answer = within.string("ttsText") if kind == "TTS" else None
    for issue in within.issues:
        reader.issue(_DATA, issue.what.rstrip("."))
    source = ItemReader(reader.inner("sourceDevice"), reader.tokens, reader.body)
    serial, device_type = source.text("deviceSerialNumber"), source.text("deviceType")
    for issue in source.issues:
        reader.issue("sourceDevice", issue.what.rstrip("."))
    stated = reader.text("utteranceId")
    utterance = UtteranceId.parse(stated) if stated else None
    key = ActivityKey.parse(asked.replace("%23", "#")) if asked else None
    if not serial:
        serial, device_type = (
            (key.serial, key.device_type)
            if key
            else (utterance.serial if utterance else None, spoken.device_type(utterance))
        )
    timestamps = reader.created("timestamp", _NOTE)
    if utterance and kind != "TTS":
        # The time in the utterance id is when the audio of the question began, not when the answer was given.
        timestamps = (
            *timestamps,
            spoken.to_timestamp(utterance, reader.body.places.value((*reader.tokens, "utteranceId"))),
        )
    record = Record(
        data_type=DATA_TYPE,
        message=_message(reader.item, kind, heard, answer),
        locator=reader.locator,
        timestamps=timestamps,
        device_serial=serial,
        device_type=device_type,
        account=reader.text("registeredUserId") or (key.customer if key else None),
        utterance_id=stated,
        transcript=heard,
        fields=Keeper().fields(_content(reader.item, data, source.item, answer)),
        keys=(activity_key(key.text),) if key else (),
    )
    yield from reader.issues
    yield record


def _content(
    item: Mapping[str, object], data: Mapping[str, object], source: Mapping[str, object], answer: str | None
) -> dict[str, object]:
    content = dict(item)
    if answer is not None:
        content["answer_text"] = answer
    if data:
        content[_DATA] = data
    if source:
        content["sourceDevice"] = source
    return content


def _message(item: Mapping[str, object], kind: str | None, heard: str | None, answer: str | None) -> str:
    parts = [f"The account's history records a turn of an activity, of type {shown(kind) or 'not given'}"]
    if status := shown(item.get("activityStatus")):
        parts[0] += f", with status {status}"
    if heard:
        parts.append(f'the text recognised by the service is "{shown(heard) or ""}"')
    elif heard is not None:
        parts.append("the recognised text is empty")
    elif kind == "ASR":
        parts.append("it holds no recognised text")
    if answer:
        parts.append(f'the text of Alexa\'s answer, as the record has it, is "{shown(answer) or ""}"')
    elif answer is not None:
        parts.append("the text of the answer is empty")
    elif kind == "TTS":
        parts.append("it holds no text of an answer")
    return "; ".join(parts) + "."
