"""Conversations with Alexa+ and their fragments, as the app's own address returns them.

References:
    The types of a public client in Go of ``avs-alexa-*.amazon.com/v1/conversations`` and
    ``/v1/conversations/{id}/fragments/synchronize``: ``creation`` and ``lastTurn``, each with ``origin.name`` and
    ``time``; fragments with ``fragmentURI``, ``timestamp``, ``content`` and ``metadata.purpose`` USER or AGENT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.kinds.conversation import DATA_TYPE as TURN_TYPE
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

CONVERSATION_TYPE = "alexa:cloud:alexa_plus_conversation"
_REFERENCES = ("The source of one public client of this address; there is no published description.",)
_CREATED = "When the conversation began, as the service has it."
_LAST = "When its last turn was taken, as the service has it."
_TURN = "The time that the service gave the fragment."
#: Names under which a fragment may hold its text, and members that are not text.
_TEXTS = ("text", "plainText", "displayText", "transcript", "caption", "body", "value", "ssml")
_NO_TEXT = frozenset(("type", "cardType", "id", "token", "url", "style"))
_IDENTITY = "amzn1.conversation."
_MAX_DEPTH = 12


class AlexaPlusConversations(ResponseParser):
    """Reads the list of conversations."""

    name = "alexa_plus_conversations"
    version = "1"
    urls = ("/v1/conversations", "/v1/conversations/{id}")
    telltales = (frozenset({"conversations", "lastTurn"}), frozenset({"conversations", "creation", "origin"}))
    lists = (("conversations",), ("conversation",))
    about = About(
        title="Conversations with Alexa+",
        data_types=(CONVERSATION_TYPE,),
        known_by=("address /v1/conversations", "JSON keys conversations, with creation or lastTurn in its members"),
        shows=(
            "The account held this conversation, with the device that it names and the times of its beginning and of"
            " its last turn."
        ),
        does_not_show="Who spoke or typed, or what; the fragments of the conversation are another answer.",
        validated_on=("Made files only.",),
        limits=("The form rests on one public client alone.",),
        references=_REFERENCES,
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, with the expected keys in its first member."""
        first = next((place for place in _listed(value, self.lists)), None)
        return first is not None and isinstance(first.value, dict) and _is_conversation(first.value)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each conversation."""
        for place in _listed(body.value, self.lists):
            if isinstance(place.value, dict) and place.value:
                yield from _conversation(ItemReader(place.value, place.tokens, body))
            elif place.value:
                yield Issue("A conversation was expected here.", body.places.record(place.tokens))


class AlexaPlusFragments(ResponseParser):
    """Reads the fragments of a conversation."""

    name = "alexa_plus_fragments"
    version = "1"
    urls = ("/v1/conversations/{id}/fragments/synchronize", "/v1/conversations/{id}/fragments")
    telltales = (frozenset({"fragments", "fragmentURI"}), frozenset({"fragments", "conversationId", "purpose"}))
    lists = (("fragments",),)
    first_keys = ("conversationId",)
    about = About(
        title="Turns of conversations with Alexa+ (fragments)",
        data_types=(TURN_TYPE,),
        known_by=("address /v1/conversations/{id}/fragments/synchronize", "JSON keys fragments, fragmentURI"),
        shows="The service held this fragment of a conversation, with its purpose, its text and the time it gave it.",
        does_not_show=(
            "Who spoke or typed: USER and AGENT are the service's own words. That a text is what was said, or that an"
            " answer was shown, played or heard."
        ),
        validated_on=("Made files only.",),
        limits=(
            "The form rests on one public client alone: the text is looked for under several names, and the whole"
            " fragment is kept as fields.",
        ),
        references=_REFERENCES,
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, with the expected keys in its first members."""
        found = value.get("fragments") if isinstance(value, dict) else None
        return isinstance(found, list) and any(isinstance(one, dict) and _is_fragment(one) for one in islice(found, 20))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each fragment."""
        conversation = body.value.get("conversationId") if isinstance(body.value, dict) else None
        if not isinstance(conversation, str) and body.url:
            conversation = next((part for part in body.url.path.split("/") if part.startswith(_IDENTITY)), None)
        for place in _listed(body.value, self.lists):
            if isinstance(place.value, dict) and place.value:
                known = conversation if isinstance(conversation, str) and conversation else None
                yield from _fragment(ItemReader(place.value, place.tokens, body), known)
            elif place.value:
                yield Issue("A fragment of a conversation was expected here.", body.places.record(place.tokens))


def _listed(value: object, lists: tuple[tuple[str, ...], ...]) -> Iterator[JsonPlace]:
    for path in lists:
        for place in members(value, path):
            if isinstance(place.value, list):
                yield from members(value, (*path, "*"))
            elif place.value is not None:
                yield place


def _is_conversation(item: Mapping[str, object]) -> bool:
    if any(isinstance(item.get(key), dict) for key in ("creation", "lastTurn")):
        return True
    identity = item.get("id", item.get("conversationId"))
    return isinstance(identity, str) and identity.startswith(_IDENTITY)


def _is_fragment(item: Mapping[str, object]) -> bool:
    metadata = item.get("metadata")
    return "fragmentURI" in item or (isinstance(metadata, dict) and "purpose" in metadata and "content" in item)


def _conversation(reader: ItemReader) -> Iterator[Record | Issue]:
    identity = reader.text("id") or reader.text("conversationId")
    creation = reader.child(reader.inner("creation"), "creation")
    last = reader.child(reader.inner("lastTurn"), "lastTurn")
    timestamps = (*creation.time("time", "Start Time", _CREATED), *last.time("time", "Last Active Time", _LAST))
    names = list(dict.fromkeys(filter(None, (_origin(part.item) for part in (creation, last)))))
    device = f' on the device "{shown(names[0], 100)}"' if names else ""
    then = f'; its last turn was on the device "{shown(names[1], 100)}"' if len(names) > 1 else ""
    title = reader.text("title") or reader.text("name")
    yield from reader.issues
    yield Record(
        data_type=CONVERSATION_TYPE,
        message=f"The account lists the conversation {shown(identity) or 'of no id'} with Alexa+"
        + (f', titled "{shown(title)}"' if title else "")
        + f", begun{device}{then}.",
        locator=reader.locator,
        timestamps=timestamps,
        fields=Keeper().fields({**reader.item, "device_names": names}),
        keys=(f"conversation:{identity}",) if identity else (),
    )


def _origin(part: Mapping[str, object]) -> str | None:
    origin = part.get("origin")
    name = origin.get("name") if isinstance(origin, dict) else origin
    return name if isinstance(name, str) and name else None


def _fragment(reader: ItemReader, conversation: str | None) -> Iterator[Record | Issue]:
    metadata = reader.inner("metadata")
    purpose = metadata.get("purpose") if isinstance(metadata.get("purpose"), str) else None
    text = _text(reader.item.get("content"), 0)
    name = next((name for name in ("timestamp", "time", "creationTime") if reader.item.get(name)), None)
    timestamps = reader.time(name, "Creation Time", _TURN) if name else ()
    given = f', which the record gives to "{shown(purpose, 60)}"' if purpose else ""
    described = f'its text is "{shown(text)}"' if shown(text) else "it holds no text that is known"
    yield from reader.issues
    yield Record(
        data_type=TURN_TYPE,
        message=f"The service holds a fragment of a conversation with Alexa+{given}; {described}.",
        locator=reader.locator,
        timestamps=timestamps,
        transcript=text if purpose == "USER" else None,
        fields=Keeper().fields({**reader.item, "text_read": text, "conversation_id": conversation}),
        keys=(f"conversation:{conversation}",) if conversation else (),
    )


def _text(value: object, depth: int) -> str | None:
    """The text of a fragment, under the nearest known name; if it has parts, the texts of its parts."""
    if isinstance(value, str):
        return value if depth == 0 and value else None
    if depth > _MAX_DEPTH or not isinstance(value, (dict, list)):
        return None
    if isinstance(value, dict):
        if found := next((text for name in _TEXTS if isinstance(text := value.get(name), str) and text), None):
            return found
        inners = [inner for key, inner in value.items() if key not in _NO_TEXT]
    else:
        inners = value[:200]
    parts = (_text(inner, depth + 1) for inner in inners if isinstance(inner, (dict, list)))
    return " / ".join(dict.fromkeys(part for part in parts if part)) or None
