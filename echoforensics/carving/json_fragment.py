"""Carves the Alexa account's records as JSON: whole answers, or single records where an answer is cut off."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from echoforensics.carving.account_json.json_document import Documents, JsonDocument, Standing
from echoforensics.carving.account_json.json_sift import JsonKeySift
from echoforensics.carving.carved import Carved, Grade, Signature, View
from parsers.formats.json.brackets import Bracket, JsonSegment, segment
from parsers.formats.json.text import JsonError, decode

#: Keys of activities, cards and the newer history that hardly occur anywhere else.
KEYS = (
    "activities", "activityDialogItems", "activityItemData", "activityStatus", "alexaHistoryRecords", "cardType",
    "conversationTurns", "customerHistoryRecords", "destinationUserId", "domainAttributes", "notificationIndex",
    "playbackAudioAction", "primaryActions", "recordItemKey", "recordItemType", "recordKey", "registeredCustomerId",
    "sourceDeviceIds", "utteranceId", "utteranceType", "voiceHistoryRecordItems",
)  # fmt: skip
_QUOTED = frozenset(f'"{key}"'.encode() for key in KEYS)
_WHITE = b" \t\r\n"
_AROUND = 64
#: How many of the outermost objects and lists around a key to try; a whole answer nests its records less deeply.
_MAX_TRIED = 24


@dataclass(slots=True)
class _Held:
    """What is known about one media: the text around the last key, and what was found in it.

    Attributes:
        segment: that text.
        issues: byte offsets at which the text is not JSON; whatever encloses one is not JSON either.
        verdicts: maps the start of an object or list to whether it is whole and whether it has a known form.
        claimed: maps the start of one without a known form to whether a parser claims it.
    """

    segment: JsonSegment
    issues: list[int] = field(default_factory=list)
    verdicts: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    claimed: dict[int, bool] = field(default_factory=dict)


_held: WeakKeyDictionary[View, _Held] = WeakKeyDictionary()
_documents: WeakKeyDictionary[View, Documents] = WeakKeyDictionary()


def carve(view: View, at: int) -> Carved | None:
    """Carve the JSON that encloses a key.

    Args:
        view: the media.
        at: the offset of the key's opening quote.

    Returns:
        The outermost whole object or list whose form a parser reads. None if nothing around the key is whole.
    """
    from_ = max(0, at - _AROUND)
    if not _leads(view.read(from_, 3 * _AROUND), at - from_):
        return None
    documents = _documents.setdefault(view, Documents())
    known = documents.around(at) or _decided(documents, view, at)
    if known is not None and known[0] is not Standing.UNCLEAR:
        return _carved(known[1]) if known[0] is Standing.CARVED else None
    return _by_brackets(view, at)


def text_reaching(view: View, at: int) -> tuple[int, int] | None:
    """Return (start, end) of the JSON text that was followed last, if it reaches beyond an offset on the media.

    What is carved around a later key in it may depend on it.
    """
    held = _held.get(view)
    return held.segment.span if held is not None and held.segment.span[1] > at else None


def _decided(documents: Documents, view: View, at: int) -> tuple[Standing, Bracket] | None:
    """Return the decision about the document around a key, made once for all its keys. None if there is no document."""
    document = documents.find(view, at)
    if document is None:
        return None
    documents.add(document, _standing(document))
    return documents.around(at)


def _standing(document: JsonDocument) -> Standing:
    if _is_known(document.content, document.value):
        return Standing.CARVED
    # This imports every parser, so it waits until the first place was noticed.
    from echoforensics.carving.account_json.json_known import may_be_known_within  # noqa: PLC0415

    if may_be_known_within(document.content, document.value, KEYS):
        return Standing.UNCLEAR
    return Standing.CARVED if _is_claimed(document.content) else Standing.NOTHING


def _by_brackets(view: View, at: int) -> Carved | None:
    """Carve the JSON that encloses a key, following it bracket by bracket."""
    held = _held.get(view)
    if held is None or at not in held.segment.keys:
        held = _held[view] = _Held(segment(view, at, _QUOTED, held.segment if held else None))
    innermost = held.segment.keys.get(at)
    if innermost is None:
        return None
    fallback: Bracket | None = None
    for bracket in _whole(view, held, innermost):
        if held.verdicts[bracket.start][1]:
            return _carved(bracket)
        fallback = fallback or bracket
    if fallback is None:
        return None
    if fallback.start not in held.claimed:
        held.claimed[fallback.start] = _is_claimed(_content(view, fallback))
    return _carved(fallback) if held.claimed[fallback.start] else None


def _leads(block: bytes, at: int) -> bool:
    """Whether a quoted word stands where a key may be: after a brace or comma, and before a colon."""
    before = block[max(0, at - _AROUND) : at].rstrip(_WHITE)[-1:]
    end = block.find(b'"', at + 1)
    return before in (b"{", b",") and end > 0 and block[end + 1 : end + 1 + _AROUND].lstrip(_WHITE)[:1] == b":"


def _whole(view: View, held: _Held, innermost: Bracket) -> Iterator[Bracket]:
    """Yield the brackets around a key whose JSON can be decoded, outermost first."""
    chain: list[Bracket] = []
    bracket: Bracket | None = innermost
    while bracket is not None:
        if bracket.end > 0:
            chain.append(bracket)
        bracket = bracket.parent
    for bracket in chain[: -_MAX_TRIED - 1 : -1]:
        if bracket.start not in held.verdicts:
            held.verdicts[bracket.start] = _verdict(view, held, bracket)
        if held.verdicts[bracket.start][0]:
            yield bracket


def _content(view: View, bracket: Bracket) -> bytes:
    return view.read(bracket.start, bracket.end - bracket.start)


def _verdict(view: View, held: _Held, bracket: Bracket) -> tuple[bool, bool]:
    place = bisect_left(held.issues, bracket.start)
    if place < len(held.issues) and held.issues[place] < bracket.end:
        return False, False
    content = _content(view, bracket)
    text = content.decode("utf-8", "surrogateescape")
    try:
        value = decode(text)
    except JsonError as error:
        inside = len(text[: error.at].encode("utf-8", "surrogateescape")) if error.at is not None else 0
        insort(held.issues, bracket.start + min(inside, len(content) - 1))
        return False, False
    return True, _is_known(content, value)


def _is_known(content: bytes, value: object) -> bool:
    # This imports every parser, so it waits until the first place was noticed.
    from echoforensics.carving.account_json.json_known import is_known  # noqa: PLC0415

    return is_known(content, value)


def _is_claimed(content: bytes) -> bool:
    from echoforensics.carving.account_json.json_known import is_claimed  # noqa: PLC0415 (see above)

    return is_claimed(content)


def _carved(bracket: Bracket) -> Carved:
    cut = bracket.parent is not None and bracket.parent.end < 0
    what = "object" if bracket.sign == b"{" else "list"
    if cut or (bracket.parent is None and bracket.within):
        ending = f"the {what} is closed; the answer that encloses it is cut off"
    else:
        ending = f"the {what} is closed"
    grade = Grade.CUT if "cut off" in ending else Grade.WHOLE
    detail = "" if bracket.parent is None or cut else f"part of JSON that begins at byte {_outermost(bracket).start}"
    return Carved(
        "JSON record", ".json", ((bracket.start, bracket.end - bracket.start),), grade, ending, detail, is_record=True
    )


def _outermost(bracket: Bracket) -> Bracket:
    while bracket.parent is not None:
        bracket = bracket.parent
    return bracket


SIGNATURES = tuple(
    Signature(
        name=f"JSON key {key}",
        pattern=f'"{key}"'.encode(),
        carve=carve,
        width=len(key) + 2,
        leads=_leads,
        group="JSON record",
        sift=JsonKeySift,
        located_later=True,
    )
    for key in KEYS
)
