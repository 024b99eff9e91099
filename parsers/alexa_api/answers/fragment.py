"""Single records of answers, recognised without the answer around them.

References:
    See the modules of :mod:`parsers.alexa_api.kinds` for the forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from parsers.alexa_api.items.body import Body, Places, Tokens


@dataclass(frozen=True, slots=True)
class FragmentForm:
    """A record that can occur on its own.

    Attributes:
        title: what it is, in words.
        marks: keys that identify it, each with other keys of which the record also has at least one.
        around: the keys and indexes that lead to the record in its answer.
    """

    title: str
    marks: tuple[tuple[str, frozenset[str]], ...]
    around: Tokens


_TIMED = ("creationTimestamp", "registeredCustomerId", "sourceDeviceIds", "utteranceId", "domainAttributes")
_ITEM = FragmentForm(
    "an item of a history record",
    tuple(
        (key, frozenset({"transcriptText", "utteranceId", "agentVisualName", "personsInfo"}))
        for key in ("recordItemKey", "recordItemType")
    ),
    ("customerHistoryRecords", 0, "voiceHistoryRecordItems", 0),
)
#: Narrower forms come before wider ones.
FORMS = (
    _ITEM,
    FragmentForm(
        "a history record",
        tuple(
            (key, frozenset({"voiceHistoryRecordItems", "utteranceType", "recordType"}))
            for key in ("recordKey", "activityKey")
        ),
        ("customerHistoryRecords", 0),
    ),
    FragmentForm("an activity", (("activityStatus", frozenset(_TIMED)),), ("activities", 0)),
    FragmentForm(
        "a card",
        (("cardType", frozenset({"playbackAudioAction", "primaryActions", "sourceDevice", "descriptiveText"})),),
        ("cards", 0),
    ),
    FragmentForm(
        "a turn of an activity",
        (("activityItemData", frozenset({"itemType", "sourceDevice", "registeredUserId"})),),
        ("activityDialogItems", 0),
    ),
    FragmentForm(
        "a device's Bluetooth",
        (("pairedDeviceList", frozenset({"deviceSerialNumber", "gadgetPaired", "streamingState"})),),
        ("bluetoothStates", 0),
    ),
)
#: The keys that identify any of the forms.
MARKS = frozenset(key for form in FORMS for key, _ in form.marks)


def form_of(value: object) -> FragmentForm | None:
    """Return the form of a record that occurs on its own, or None if the value is not such a record."""
    if not isinstance(value, dict):
        return None
    for form in FORMS:
        if any(key in value and not others.isdisjoint(value) for key, others in form.marks):
            return form
    return None


def is_item(form: FragmentForm) -> bool:
    """Whether a form is that of a history item, which a whole history record contains too."""
    return form is _ITEM


def enclosed(form: FragmentForm, body: Body) -> Body:
    """Wrap a record in as much of an answer as its reader needs. Its locators do not change.

    Args:
        form: the record's form.
        body: the record on its own.
    """
    value: object = body.value
    for token in reversed(form.around):
        value = {token: value} if isinstance(token, str) else [value]
    inside: Mapping[str, object] = value if isinstance(value, dict) else {}
    return replace(body, value=inside, places=_Within(body.places, len(form.around)))


class _Within(Places):
    """The places in a record, without the answer that was wrapped around it."""

    def __init__(self, places: Places, around: int) -> None:
        self._places = places
        self._around = around

    def record(self, tokens: Tokens) -> str:
        """The locator without the added wrapper."""
        return self._places.record(tokens[self._around :])

    def value(self, tokens: Tokens) -> str:
        """The locator without the added wrapper."""
        return self._places.value(tokens[self._around :])
