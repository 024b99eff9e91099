"""The smart-home appliances known to the account: ``/api/phoenix``.

The answer holds a single text, ``networkDetail``, which is itself JSON.

References:
    CIFT's example result (jungheum/pycift, 2017) and cleminator/AlexaPaperDatasets (2019); that ``lastSeenAt`` is the
    time of discovery is noted in pycift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsers import written_time
from parsers.alexa_api.items.body import Body, JsonPlaces, ResponseParser, members
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:appliance"
_DETAIL = "networkDetail"
_APPLIANCES = (
    "locationDetails", "locationDetails", "*",
    "amazonBridgeDetails", "amazonBridgeDetails", "*",
    "applianceDetails", "applianceDetails", "*",
)  # fmt: skip
_STATE = "applianceNetworkState"
#: The path of a time, what it refers to, and how it is read.
_TIMES = (
    ((_STATE, "createdAt"), "Creation Time", "Epoch milliseconds: when the appliance was added to the account."),
    (
        ("friendlyNameModifiedAt",),
        "Content Modification Time",
        "Epoch milliseconds: when the name of the appliance was last set.",
    ),
    (
        ("capabilitiesModifiedAt",),
        "Metadata Modification Time",
        "Epoch milliseconds: when the appliance's list of capabilities was last set.",
    ),
    (
        (_STATE, "lastSeenAt"),
        "Last Seen Time",
        "Epoch milliseconds: when the service last discovered the appliance; it does not mean that it was used.",
    ),
)
_SESSION = re.compile(r"\.(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)\.", re.ASCII)
_SESSION_NOTE = "ISO 8601, UTC, within the id of the discovery that last found the appliance; not that it was used."


class Appliances(ResponseParser):
    """Reads the list of appliances."""

    name = "alexa_appliances"
    version = "2"
    urls = ("/api/phoenix",)
    telltales = (frozenset({_DETAIL}),)
    lists = ()
    about = About(
        title="Smart-home appliances of an Alexa account",
        data_types=(DATA_TYPE,),
        known_by=("address /api/phoenix", f"JSON key {_DETAIL}"),
        shows=(
            "The account knew an appliance by this name, maker and model, and when it was added, named and last"
            " found by the service."
        ),
        does_not_show="That the appliance was used, by whom, or that it was within reach at a time.",
        validated_on=(
            "Echo, 1st generation, 2017 (CIFT's example result)",
            "Echo, 2nd generation, 2019 (cleminator/AlexaPaperDatasets)",
        ),
        limits=("Groups of appliances and relations between them are not read.",),
        references=("https://github.com/jungheum/pycift", "https://github.com/cleminator/AlexaPaperDatasets"),
    )

    def fits(self, value: object) -> bool:
        """Whether the answer has ``networkDetail``."""
        return isinstance(value, dict) and _DETAIL in value

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each appliance."""
        detail = body.value.get(_DETAIL) if isinstance(body.value, dict) else None
        places = body.places
        where = places.record(())
        if isinstance(detail, str) and detail.strip():
            where = places.value((_DETAIL,)) or places.record((_DETAIL,))
            if isinstance(places, JsonPlaces):
                places = places.within_text((_DETAIL,))
            try:
                detail = decode(detail)
            except JsonError as error:
                yield Issue(f"{_DETAIL}: not JSON ({error}).", where)
                return
        elif detail is not None and not isinstance(detail, (str, dict)):
            yield Issue(f"{_DETAIL}: a text that holds JSON was expected.", places.record(()))
            return
        for place in members(detail, _APPLIANCES):
            locator = places.record(place.tokens) if isinstance(places, JsonPlaces) else where
            if isinstance(place.value, dict):
                yield from _record(place.value, locator)
            else:
                yield Issue("An appliance was expected here.", locator)

    def is_empty(self, value: object) -> bool:
        """Whether the inner text is JSON without any appliance."""
        detail = value.get(_DETAIL) if isinstance(value, dict) else None
        try:
            found = decode(detail) if isinstance(detail, str) else detail
        except JsonError:
            return False
        return isinstance(found, dict) and next(members(found, _APPLIANCES), None) is None


def _session(item: Mapping[str, object]) -> list[Timestamp]:
    """The time in the id of the discovery session that last found the appliance."""
    found = next(members(item, (_STATE, "lastSeenDiscoverySessionId", "value")), None)
    match = _SESSION.search(found.value) if found and isinstance(found.value, str) and len(found.value) < 1000 else None
    if match is None:
        return []
    try:
        read = written_time.read(match[1])
    except ValueError:
        return []
    return [Timestamp("Last Seen Time", match[1], Clock.CLOUD, read.timestamp, _SESSION_NOTE)] if read else []


def _record(item: Mapping[str, object], locator: str) -> Iterator[Record | Issue]:
    timestamps = []
    for path, description, note in _TIMES:
        found = next(members(item, path), None)
        if found is None or found.value is None:
            continue
        if isinstance(found.value, (bool, float, list, dict)):
            yield Issue(f"{'.'.join(path)}: a whole number of milliseconds was expected.", locator)
        elif (timestamp := from_milliseconds(found.value)) is not None:
            timestamps.append(Timestamp(description, str(found.value), Clock.CLOUD, timestamp, note))
    timestamps += _session(item)
    name = shown(item.get("friendlyName")) or "not named"
    maker = shown(item.get("manufacturerName")) or "not given"
    model = shown(item.get("modelName")) or "not given"
    entity = item.get("entityId")
    yield Record(
        data_type=DATA_TYPE,
        message=f'The account knows a smart-home appliance named "{name}", maker {maker}, model {model}.',
        locator=locator,
        timestamps=tuple(timestamps),
        fields=Keeper().fields(item),
        keys=(f"appliance:{entity}",) if isinstance(entity, str) and entity else (),
    )
