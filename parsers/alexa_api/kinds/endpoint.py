"""Devices and appliances from the newer address of the service: ``/nexus/v1/graphql``.

The requesting client chooses what an answer contains, so its layout varies: anything that looks like an endpoint
is read, at any depth.

References:
    The queries in chemelli74/aioamazondevices (``const/queries.py``) and Apollon77/alexa-remote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from parsers.alexa_api.items.body import Body, ResponseParser, Tokens
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

ENDPOINT = "alexa:cloud:endpoint"
STATE = "alexa:cloud:endpoint_state"
#: Members that only an endpoint has.
_MARKS = ("friendlyNameObject", "features", "legacyAppliance", "legacyIdentifiers", "displayCategories")
#: Members that objects of other services rarely have.
_STRONG = ("friendlyNameObject", "legacyAppliance", "legacyIdentifiers")
_SAMPLE = "When the service or the endpoint took the value; not when it came to be so."
_CHANGE = "When the value last changed, as the service has it."
_MADE = "When the service made the endpoint's entry."
#: The most values of one answer that are searched, and to which depth.
_MAX_VALUES = 500_000
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class _FoundEndpoint:
    """An endpoint and its path, or a note that the search was cut short."""

    value: Mapping[str, object] | None
    tokens: Tokens


#: Members of a property that are not its value.
_ABOUT_PROPERTY = frozenset(
    ("__typename", "name", "type", "instance", "accuracy", "timeOfSample", "timeOfLastChange", "error")
)


class Endpoints(ResponseParser):
    """Reads endpoints and the values of their features."""

    name = "alexa_endpoints"
    version = "2"
    urls = ("/nexus/v1/graphql",)
    telltales = (
        frozenset({"listEndpoints"}),
        frozenset({"friendlyNameObject"}),
        frozenset({"legacyAppliance"}),
        frozenset({"endpointId", "features"}),
    )
    lists = ()
    first_keys = ("data",)
    about = About(
        title="Devices, appliances and their states (GraphQL)",
        data_types=(ENDPOINT, STATE),
        known_by=("address /nexus/v1/graphql", f"JSON keys listEndpoints, endpointId, {', '.join(_MARKS)}"),
        shows=(
            "The account knew an endpoint by this name, maker, model and serial number; which value the service gave"
            " for a feature of it, and when it says that the value was taken and last changed."
        ),
        does_not_show="Who used the endpoint or brought it into a state.",
        validated_on=("Made files only.",),
        limits=(
            "A client chooses what is in an answer: what is absent may not have been asked for.",
            f"At most {_MAX_VALUES} values of an answer are looked at.",
        ),
        references=("https://github.com/chemelli74/aioamazondevices", "https://github.com/Apollon77/alexa-remote"),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has members that only an endpoint has, or ``data`` has an endpoint."""
        if isinstance(value, dict) and any(mark in value for mark in _STRONG):
            return True
        parts = value if isinstance(value, list) else [value]
        if not any(isinstance(part, dict) and "data" in part for part in islice(parts, 20)):
            return False
        first = next(_endpoints(value), None)
        return first is not None and first.value is not None

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members other than ``data``."""
        if not isinstance(value, dict) or "data" not in value:
            return ()
        return tuple(key for key in value if key not in ("data", "errors", "extensions"))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each endpoint and for each value of its features."""
        for found in _endpoints(body.value):
            if found.value is None:
                yield Issue(f"More than {_MAX_VALUES} values: the rest was not searched.", body.places.record(()))
            else:
                yield from _records(ItemReader(found.value, found.tokens, body))


def _endpoints(value: object) -> Iterator[_FoundEndpoint]:
    stack: list[tuple[object, Tokens]] = [(value, ())]
    looked = 0
    while stack:
        here, tokens = stack.pop()
        looked += 1
        if looked > _MAX_VALUES:
            yield _FoundEndpoint(None, ())
            return
        if len(tokens) > _MAX_DEPTH:
            continue
        if isinstance(here, dict):
            if any(mark in here for mark in _MARKS):
                yield _FoundEndpoint(here, tokens)
            else:
                stack += [(inner, (*tokens, key)) for key, inner in reversed(here.items()) if _is_open(inner)]
        elif isinstance(here, list):
            numbers = range(len(here) - 1, -1, -1)
            stack += [(here[at], (*tokens, at)) for at in numbers if _is_open(here[at])]


def _is_open(value: object) -> bool:
    return isinstance(value, (dict, list))


def _records(reader: ItemReader) -> Iterator[Record | Issue]:
    item = reader.item
    legacy = item.get("legacyAppliance")
    old: Mapping[str, object] = legacy if isinstance(legacy, dict) else {}
    identity = _plain(item.get("endpointId")) or _plain(item.get("id")) or _plain(old.get("applianceId"))
    name = _plain(item.get("friendlyNameObject")) or _plain(item.get("friendlyName")) or _plain(old.get("friendlyName"))
    serial, kind = _plain(item.get("serialNumber")), _type(item)
    entity = _entity(item, old)
    keys = tuple(f"{word}:{text}" for word, text in (("endpoint", identity), ("appliance", entity)) if text)
    maker = _plain(item.get("manufacturer")) or _plain(old.get("manufacturerName"))
    model = _plain(item.get("model")) or _plain(old.get("modelName"))
    timestamps = reader.time("creationTime", "Creation Time", _MADE)
    yield from reader.issues
    yield Record(
        data_type=ENDPOINT,
        message=(
            f'The account knows an endpoint named "{shown(name) or "not named"}", maker {shown(maker) or "not given"},'
            f" model {shown(model) or 'not given'}, serial number {shown(serial) or 'not given'}."
        ),
        locator=reader.locator,
        timestamps=timestamps,
        device_serial=serial,
        device_type=kind,
        fields=Keeper().fields({key: value for key, value in item.items() if key != "features"}),
        keys=keys,
    )
    features = item.get("features")
    if features is not None and not isinstance(features, list):
        yield Issue("features: a list was expected.", reader.locator)
    for number, feature in enumerate(features if isinstance(features, list) else ()):
        if isinstance(feature, dict):
            yield from _feature(reader.child(feature, "features", number), name or identity, serial, kind, keys)
        elif feature is not None:
            yield Issue("features: an object was expected.", reader.locator)


def _feature(
    reader: ItemReader, endpoint: str | None, serial: str | None, kind: str | None, keys: tuple[str, ...]
) -> Iterator[Record | Issue]:
    properties = reader.item.get("properties")
    if properties is not None and not isinstance(properties, list):
        yield Issue("properties: a list was expected.", reader.locator)
    for number, value in enumerate(properties if isinstance(properties, list) else ()):
        if not isinstance(value, dict):
            if value is not None:
                yield Issue("properties: an object was expected.", reader.locator)
            continue
        one = ItemReader(value, (*reader.tokens, "properties", number), reader.body)
        timestamps = (
            *one.time("timeOfSample", "Recorded Time", _SAMPLE),
            *one.time("timeOfLastChange", "Content Modification Time", _CHANGE),
        )
        yield from one.issues
        feature = shown(reader.item.get("name")) or "not named"
        yield Record(
            data_type=STATE,
            message=(
                f'The service gives for the endpoint "{shown(endpoint) or "not named"}" the feature {feature}, property'
                f" {shown(value.get('name')) or 'not named'}: {_state(value)}."
            ),
            locator=one.locator,
            timestamps=timestamps,
            device_serial=serial,
            device_type=kind,
            fields=Keeper().fields({**value, "feature": feature, "instance": reader.item.get("instance")}),
            keys=keys,
        )


def _plain(value: object) -> str | None:
    """A text, plain or written as ``{"value": {"text": ...}}``."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = value.get("value", value.get("text"))
    return value if isinstance(value, str) and value else None


def _type(item: Mapping[str, object]) -> str | None:
    found: object = item.get("legacyIdentifiers")
    for key in ("dmsIdentifier", "deviceType"):
        found = found.get(key) if isinstance(found, dict) else None
    return _plain(found)


def _entity(item: Mapping[str, object], old: Mapping[str, object]) -> str | None:
    found: object = item.get("legacyIdentifiers")
    for key in ("chrsIdentifier", "entityId"):
        found = found.get(key) if isinstance(found, dict) else None
    return _plain(found) or _plain(old.get("entityId"))


def _state(value: Mapping[str, object]) -> str:
    """The value of a property: the member whose name ends in value, or is the property's, or another; or its error."""
    own = str(value.get("name"))
    others = [key for key in value if key not in _ABOUT_PROPERTY]
    for key in sorted(others, key=lambda key: (not key.lower().endswith("value"), key != own)):
        if text := _shown(value[key]):
            return text
    error = value.get("error")
    kind = shown(error.get("type")) if isinstance(error, dict) else None
    return f"no value, error {kind}" if kind else "no value"


def _shown(value: object) -> str | None:
    if isinstance(value, dict):
        return " ".join(text for inner in list(value.values())[:4] if (text := shown(inner, 60))) or None
    return shown(value, 100)
