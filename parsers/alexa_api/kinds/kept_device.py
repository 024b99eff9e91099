"""Devices of the account in the registries of Home Assistant: what its integrations for Alexa have found.

References:
    Home Assistant (``homeassistant/helpers/device_registry.py`` and ``entity_registry.py``): the members of an entry,
    and that its times are ISO 8601. alandtse/alexa_media_player and the integration ``alexa_devices``: that a device is
    identified by its serial number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Clock, Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:kept_device"
_INTEGRATIONS = ("alexa_media", "alexa_devices")
_TIMES = (
    ("created_at", "Added Time", "When Home Assistant made the entry, by its machine's clock."),
    ("modified_at", "Update Time", "When Home Assistant last changed the entry, by its machine's clock."),
)


class KeptDevices(ResponseParser):
    """Reads one entry of a registry."""

    name = "alexa_kept_devices"
    version = "1"
    urls = ()
    telltales = ()
    lists = ()
    first_keys = ("identifiers", "platform")
    about = About(
        title="Devices of the account, as Home Assistant keeps them",
        data_types=(DATA_TYPE,),
        known_by=(
            f"JSON with an identifier of {' or '.join(_INTEGRATIONS)} in identifiers, or one of them as the platform of"
            " a unique_id (Home Assistant's registries of devices and entities)",
        ),
        shows="That the program had found this device in the account, and when it made and last changed its entry.",
        does_not_show="That the device was in use, or where it was. The program's user may change the names.",
        validated_on=("Made files only.",),
        limits=("A serial number is taken from the identifier up to its first underscore or hyphen.",),
        references=("https://github.com/home-assistant/core", "https://github.com/alandtse/alexa_media_player"),
    )

    def fits(self, value: object) -> bool:
        """Whether an identifier is one of an integration for Alexa."""
        return isinstance(value, dict) and bool(_identity(value))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield the record."""
        identity = _identity(body.value) if isinstance(body.value, dict) else ""
        if not identity or not isinstance(body.value, dict):
            yield Issue("A device of a registry was expected here.", body.places.record(()))
            return
        reader = ItemReader(body.value, (), body)
        name = next(filter(None, (shown(reader.item.get(key), 100) for key in _NAMES)), "")
        model = shown(reader.item.get("model"), 100)
        times = [each for key, word, note in _TIMES for each in reader.time(key, word, note)]
        for each in times:
            each.clock = Clock.UNKNOWN
        yield from reader.issues
        yield Record(
            data_type=DATA_TYPE,
            message=f"Home Assistant keeps an entry of the device {shown(identity, 60)}"
            + (f', named "{name}"' if name else "")
            + (f", model {model}" if model else "")
            + ".",
            locator=reader.locator,
            timestamps=tuple(times),
            device_serial=identity.replace("-", "_").partition("_")[0],
            fields=Keeper().fields(reader.item),
        )


_NAMES = ("name_by_user", "name", "original_name", "entity_id")


def _identity(value: Mapping[str, object]) -> str:
    """What an integration for Alexa knows the device by; empty if it is another's."""
    if value.get("platform") in _INTEGRATIONS and isinstance(value.get("unique_id"), str):
        return str(value["unique_id"])
    identifiers = value.get("identifiers")
    for each in identifiers if isinstance(identifiers, list) else ():
        if isinstance(each, list) and len(each) == 2 and each[0] in _INTEGRATIONS and isinstance(each[1], str):
            return each[1]
    return ""
