"""A first-generation Echo's data about itself as a smart-home endpoint: its record, and the state of its
sensors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.echo1.state_json import read_object, timestamps
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.secret import without_secrets
from parsers.small_file import NO_TIME
from parsers.values import Keeper, shown

_FOLDER = "smarthomed"
_SETTINGS, _SCHEMA = "settings.json", "schema.json"
_DEVICE_TYPE = re.compile(r"A[0-9A-Z]{9,15}")
_SERIAL = re.compile(r"[0-9A-Z]{12,20}")
#: How many states a message lists.
_MAX_STATES = 20


@register
class EchoSmarthome(Parser):
    """Reads ``smarthomed/settings.json`` and ``smarthomed/{endpoint}/*.json``."""

    name: ClassVar[str] = "echo_smarthome"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = (f"{_FOLDER}/",)
    about: ClassVar[About] = About(
        title="Smart-home endpoint of a first-generation Echo",
        data_types=("echo:smarthome:endpoint", "echo:smarthome:state", "echo:smarthome:settings"),
        known_by=(
            "smarthomed/settings.json, smarthomed/{endpoint}/schema.json, smarthomed/{endpoint}/{interface}.json",
            "a JSON object",
        ),
        shows=(
            "How the Echo names itself to the smart home, under which serial number, and how its sound detection and"
            " other abilities were set when the file was last written."
        ),
        does_not_show=(
            "That a sound was detected. An ability in the list need not have been in use. The name was chosen by"
            " a person or made from the account's name; it does not say who used the device."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2): one endpoint, two interfaces",),
        limits=(
            "The files seen hold no time. Where one does, it is given with the name it stands under.",
            "What ownerId is made of is not known.",
        ),
        references=(
            "github.com/Mich21050/EchoSystemFiles: var/local/smarthomed",
            "developer.amazon.com: Alexa.Discovery, Endpoint",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the folder matches and the content begins as an object."""
        return _kind(source) != "" and source.head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record of the file, and its issues."""
        loaded = read_object(source)
        yield from loaded.issues
        if loaded.value is None:
            return
        found = timestamps(loaded.value, loaded.places)
        kind = _kind(source)
        if kind == "settings":
            yield _settings(loaded.value, found)
        elif kind == "endpoint":
            yield _endpoint(loaded.value, found)
        else:
            yield _state(source, loaded.value, found)


def _kind(source: Source) -> str:
    parts = source.path.split("/")
    if not source.name.endswith(".json"):
        return ""
    if parts[-2:] == [_FOLDER, _SETTINGS]:
        return "settings"
    if len(parts) < 3 or parts[-3] != _FOLDER:
        return ""
    return "endpoint" if source.name == _SCHEMA else "state"


def _fields(value: Mapping[str, object], more: dict[str, Value]) -> dict[str, Value]:
    kept = without_secrets(value, by_value=False)
    return Keeper().fields({**more, **(kept if isinstance(kept, dict) else {})})


def _settings(value: Mapping[str, object], found: tuple[Timestamp, ...]) -> Record:
    message = f"The smart-home service's settings name {shown(value.get('ownerId')) or 'none'} as the owner's id."
    return Record("echo:smarthome:settings", message + ("" if found else NO_TIME), "", found, fields=_fields(value, {}))


def _endpoint(value: Mapping[str, object], found: tuple[Timestamp, ...]) -> Record:
    relation = value.get("relationships")
    parent = relation.get("isComponentOf") if isinstance(relation, Mapping) else None
    serial = parent.get("endpointId") if isinstance(parent, Mapping) else None
    serial = serial if isinstance(serial, str) and _SERIAL.fullmatch(serial) else None
    model = value.get("modelName")
    kind = model if isinstance(model, str) and _DEVICE_TYPE.fullmatch(model) else None
    endpoint = value.get("endpointId")
    text = f'The device keeps a record of itself as a smart-home endpoint named "{shown(value.get("friendlyName"))}"'
    if shown(value.get("friendlyName")) is None:
        text = "The device keeps a record of itself as a smart-home endpoint without a name"
    text += f", {shown(value.get('manufacturerName')) or 'no maker'}, model {shown(model) or 'not given'}"
    text += f", part of the device {serial}." if serial else "; it names no serial number."
    return Record(
        "echo:smarthome:endpoint",
        text + ("" if found else NO_TIME),
        "",
        found,
        device_serial=serial,
        device_type=kind,
        fields=_fields(value, {}),
        keys=(f"endpoint:{endpoint}",) if isinstance(endpoint, str) and 0 < len(endpoint) <= 256 else (),
    )


def _state(source: Source, value: Mapping[str, object], found: tuple[Timestamp, ...]) -> Record:
    endpoint = source.folder.rsplit("/", 1)[-1]
    interface = source.name.removesuffix(".json")
    states = list(_states(value, ""))
    text = "; ".join(states[:_MAX_STATES]) or "nothing"
    if len(states) > _MAX_STATES:
        text += f"; and {len(states) - _MAX_STATES} more"
    return Record(
        "echo:smarthome:state",
        f"The device keeps the state of its ability {interface}: {text}." + ("" if found else NO_TIME),
        "",
        found,
        fields=_fields({"state": value}, {"endpoint": endpoint, "interface": interface}),
        keys=(f"endpoint:{endpoint}",),
    )


def _states(value: Mapping[str, object], name: str, depth: int = 0) -> Iterator[str]:
    """Yield plain values with their paths, without those that may be secret."""
    kept = without_secrets(value, by_value=False) if depth == 0 else value
    for key, item in kept.items() if isinstance(kept, Mapping) else ():
        whole = f"{name} {key}".strip()
        if isinstance(item, Mapping) and depth < 4:
            yield from _states(item, whole, depth + 1)
        elif (text := shown(item, 60)) is not None:
            yield f"{shown(whole, 120)} {text}"
