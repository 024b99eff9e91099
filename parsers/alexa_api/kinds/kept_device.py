"""What Home Assistant keeps of the account: its registries, the entries of its integrations, and diagnostics.

References:
    Home Assistant (``homeassistant/helpers/device_registry.py`` and ``entity_registry.py``, ``config_entries.py``): the
    members of an entry, and that its times are ISO 8601. alandtse/alexa_media_player and the integration
    ``alexa_devices``: that a device is identified by its serial number; ``alexa_devices/diagnostics.py``: the names of
    a device's members in a diagnostics file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.secret import without_secrets
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:kept_device"
ENTRY_TYPE = "alexa:app:kept_state"
_INTEGRATIONS = ("alexa_media", "alexa_devices")
_TIMES = (
    ("created_at", "Added Time", "When Home Assistant made the entry, by its machine's clock."),
    ("modified_at", "Update Time", "When Home Assistant last changed the entry, by its machine's clock."),
)
#: Members of a device in a diagnostics file: with blanks, which the service's own names do not have.
_DIAGNOSED = ("serial number", "account name", "device type")
#: Members of an integration's entry that say where the account is.
_PLACES = ("country", "site", "url")


class KeptDevices(ResponseParser):
    """Reads one entry of a registry, an integration's entry, or a device in a diagnostics file."""

    name = "alexa_kept_devices"
    version = "2"
    urls = ()
    telltales = ()
    lists = ()
    first_keys = ("identifiers", "platform", "domain", _DIAGNOSED[0])
    about = About(
        title="Devices of the account, as Home Assistant keeps them",
        data_types=(DATA_TYPE, ENTRY_TYPE),
        known_by=(
            f"JSON with an identifier of {' or '.join(_INTEGRATIONS)} in identifiers, or one of them as the platform of"
            " a unique_id (Home Assistant's registries of devices and entities)",
            "one of them as the domain of an entry_id (its list of integrations, and diagnostics files)",
            f"JSON keys {', '.join(_DIAGNOSED)} (devices in diagnostics files)",
        ),
        shows=(
            "That the program had found this device in the account, and when it made and last changed its entry. Of an"
            " integration's entry: that the program was set up to use an account, and since when."
        ),
        does_not_show="That the device was in use, or where it was. The program's user may change the names.",
        validated_on=("Made files only.",),
        limits=(
            "A serial number is taken from the identifier up to its first underscore or hyphen.",
            "What an integration keeps to sign in is masked. Diagnostics files shorten serial numbers and leave out"
            " names; a serial number that is shortened is no device of the row.",
        ),
        references=("https://github.com/home-assistant/core", "https://github.com/alandtse/alexa_media_player"),
    )

    def fits(self, value: object) -> bool:
        """Whether an identifier or a domain is one of an integration for Alexa, or the members are a device's."""
        return isinstance(value, dict) and bool(_identity(value) or _is_entry(value) or _is_diagnosed(value))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield the record."""
        if not isinstance(body.value, dict) or not self.fits(body.value):
            yield Issue("A device of a registry was expected here.", body.places.record(()))
            return
        reader = ItemReader(body.value, (), body)
        if _is_diagnosed(body.value):
            record = _diagnosed(reader)
        elif identity := _identity(body.value):
            record = _device(reader, identity)
        else:
            record = _entry(reader)
        yield from reader.issues
        yield record


def _device(reader: ItemReader, identity: str) -> Record:
    name = next(filter(None, (shown(reader.item.get(key), 100) for key in _NAMES)), "")
    model = shown(reader.item.get("model"), 100)
    return Record(
        data_type=DATA_TYPE,
        message=f"Home Assistant keeps an entry of the device {shown(identity, 60)}"
        + (f', named "{name}"' if name else "")
        + (f", model {model}" if model else "")
        + ".",
        locator=reader.locator,
        timestamps=_times(reader),
        device_serial=None if "..." in identity else identity.replace("-", "_").partition("_")[0],
        fields=Keeper().fields(reader.item),
    )


def _diagnosed(reader: ItemReader) -> Record:
    serial, name = reader.text("serial number"), shown(reader.item.get("account name"), 100)
    online = reader.item.get("online")
    return Record(
        data_type=DATA_TYPE,
        message="A diagnostics file of Home Assistant lists the device"
        + f" {shown(serial, 60) or 'without a serial number'}"
        + (f', named "{name}"' if name else "")
        + (f"; online: {str(online).lower()}" if isinstance(online, bool) else "")
        + ".",
        locator=reader.locator,
        device_serial=serial,
        device_type=reader.text("device type"),
        fields=Keeper().fields(reader.item),
    )


def _entry(reader: ItemReader) -> Record:
    domain, account = reader.text("domain"), shown(reader.item.get("unique_id"), 100)
    data = reader.item.get("data")
    places = [shown(data.get(key), 60) for key in _PLACES] if isinstance(data, dict) else []
    where = ", ".join(filter(None, places))
    return Record(
        data_type=ENTRY_TYPE,
        message=f"Home Assistant keeps an entry of its integration {domain} for Alexa"
        + (f", of the account {account}" if account else "")
        + (f" ({where})" if where else "")
        + ".",
        locator=reader.locator,
        timestamps=_times(reader),
        fields=Keeper().fields({str(key): without_secrets(value, str(key)) for key, value in reader.item.items()}),
    )


def _times(reader: ItemReader) -> tuple[Timestamp, ...]:
    times = [each for key, word, note in _TIMES for each in reader.time(key, word, note)]
    for each in times:
        each.clock = Clock.UNKNOWN
    return tuple(times)


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


def _is_entry(value: Mapping[str, object]) -> bool:
    """Whether an object is the entry of an integration for Alexa."""
    return value.get("domain") in _INTEGRATIONS and isinstance(value.get("entry_id"), str)


def _is_diagnosed(value: Mapping[str, object]) -> bool:
    return all(name in value for name in _DIAGNOSED)
