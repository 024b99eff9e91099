"""Single records of answers, known without the answer around them.

References:
    The forms are those of the answers they are in: see the modules of :mod:`parsers.alexa_api.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from parsers.alexa_api.items.body import Body, Places, Tokens


@dataclass(frozen=True, slots=True)
class FragmentForm:
    """A record that may stand by itself.

    Attributes:
        title: what it is, in words.
        marks: a key that it has, each with others of which it has at least one too.
        around: the keys and indexes that lead to it in the answer it is in.
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
#: The narrower form is before the wider one.
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
)
#: The keys that one of the forms is known by.
MARKS = frozenset(key for form in FORMS for key, _ in form.marks)


def form_of(value: object) -> FragmentForm | None:
    """The form of a record that stands by itself; None if a value is none."""
    if not isinstance(value, dict):
        return None
    for form in FORMS:
        if any(key in value and not others.isdisjoint(value) for key, others in form.marks):
            return form
    return None


def is_item(form: FragmentForm) -> bool:
    """Whether a form is that of an item, which a whole record of the history holds too."""
    return form is _ITEM


def enclosed(form: FragmentForm, body: Body) -> Body:
    """The body of a record with as much of an answer around it as its reader needs. Its places stay what they are.

    Args:
        form: the record's form.
        body: the record by itself.
    """
    value: object = body.value
    for token in reversed(form.around):
        value = {token: value} if isinstance(token, str) else [value]
    inside: Mapping[str, object] = value if isinstance(value, dict) else {}
    return replace(body, value=inside, places=_Within(body.places, len(form.around)))


class _Within(Places):
    """The places of a record, distinguished from the answer that is put around it."""

    def __init__(self, places: Places, around: int) -> None:
        self._places = places
        self._around = around

    def record(self, tokens: Tokens) -> str:
        """The locator without what was put around."""
        return self._places.record(tokens[self._around :])

    def value(self, tokens: Tokens) -> str:
        """The locator without what was put around."""
        return self._places.value(tokens[self._around :])
