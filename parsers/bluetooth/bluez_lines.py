"""The files of a BlueZ 4 folder: what each line says about a Bluetooth device.

To support another file, add it to :data:`FILES`: its data type, its sentence, and how its value is read.

References:
    BlueZ 4.101: src/storage.c, src/textfile.c, src/event.c, src/device.c.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from parsers.bluetooth import device_class as bluetooth_class
from parsers.bluetooth import eir as bluetooth_eir
from parsers.bluetooth import uuid as bluetooth_uuid
from parsers.record import Clock, Timestamp, Value
from parsers.secret import hidden
from parsers.times import utc

PEER, PAIRING = "echo:bluetooth:peer", "echo:bluetooth:pairing"
SEEN, USED = "echo:bluetooth:last_seen", "echo:bluetooth:last_used"

LINK_KEY_TYPES = {
    0: "combination key", 1: "local unit key", 2: "remote unit key", 3: "debug combination key",
    4: "unauthenticated combination key (P-192)", 5: "authenticated combination key (P-192)",
    6: "changed combination key", 7: "unauthenticated combination key (P-256)",
    8: "authenticated combination key (P-256)",
}  # fmt: skip

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?: ([A-Za-z0-9+-]{1,8}))?")
_CLASS = re.compile(r"0x([0-9A-Fa-f]{1,6})")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_LINK_KEY = re.compile(r"([0-9A-Fa-f]{32}) (-?\d{1,3})(?: (-?\d{1,3}))?")
_DIGITS = re.compile(r"[0-9A-Fa-f]{16}( [0-9A-Fa-f]{16})?")
_NUMBERS = re.compile(r"(\d{1,5}) (\d{1,3}) (\d{1,5})")
_DEVICE_ID = re.compile(r"([0-9A-Fa-f]{4}) ([0-9A-Fa-f]{4}) ([0-9A-Fa-f]{4}) ([0-9A-Fa-f]{4})")
_SERVICE = re.compile(r"[\w.:-]{1,64}")
_UNKNOWN_COMPANY = 65535


@dataclass(frozen=True, slots=True)
class LineReading:
    """A value that was read.

    Attributes:
        shown: the text for ``{}`` in the sentence.
        fields: the record's fields.
        timestamps: its times, without locators.
        issue: the part that could not be read; the rest was read.
    """

    shown: str
    fields: dict[str, Value] = field(default_factory=dict)
    timestamps: tuple[Timestamp, ...] = ()
    issue: str = ""


class FileKind(NamedTuple):
    """One file of the folder.

    Attributes:
        data_type: the data type of its records.
        sentence: what a line says; ``{}`` is the value and ``{peer}`` the Bluetooth device.
        read: parses a line's value; None if it does not have the form.
    """

    data_type: str
    sentence: str
    read: Callable[[str], LineReading | None]


def _text(name: str) -> Callable[[str], LineReading | None]:
    def read(value: str) -> LineReading | None:
        return LineReading(f'"{value}"', {name: value}) if value.strip() else None

    return read


def _free(value: str) -> LineReading | None:
    return LineReading(f'"{value}"' if value else "nothing", {"value": value})


def _time(description: str, meaning: str) -> Callable[[str], LineReading | None]:
    def read(value: str) -> LineReading | None:
        found = _TIME.fullmatch(value.strip())
        if found is None:
            return None
        timestamp = Timestamp(description, value.strip(), Clock.DEVICE, *_timestamp(found, meaning))
        return LineReading(value.strip(), {}, (timestamp,))

    return read


def _timestamp(found: re.Match[str], meaning: str) -> tuple[int | None, str]:
    if (found[7] or "").upper() not in ("GMT", "UTC"):
        return None, "The zone is not GMT or UTC; the value is kept as it stands."
    timestamp = utc(*(int(part) for part in found.groups()[:6]))
    if timestamp is None:
        return None, "There is no such date or time of day."
    return timestamp, f"The device's clock, GMT, to the second: {meaning}"


def _class(value: str) -> LineReading | None:
    found = _CLASS.fullmatch(value.strip())
    if found is None:
        return None
    words = bluetooth_class.in_words(int(found[1], 16))
    return LineReading(f"{value.strip()} ({words})", {"class": value.strip(), "class_in_words": words})


def _eir(value: str) -> LineReading | None:
    text = value.strip()
    if _HEX.fullmatch(text) is None:
        return None
    eir = bluetooth_eir.decode(bytes.fromhex(text))
    fields: dict[str, Value] = {"name": eir.name, "services": eir.services, **eir.fields, "eir": text.lower()}
    parts = [f'the name "{eir.name}"'] if eir.name else []
    if eir.services:
        parts.append("the services " + ", ".join(str(service) for service in eir.services[:20]))
    issue = ""
    if eir.unread:
        fields["unread"] = eir.unread[:64].hex()
        issue = f"The last {len(eir.unread)} bytes of the answer are not of the form and were not decoded."
    return LineReading(" and ".join(parts) or "neither name nor services", fields, issue=issue)


def _link_key(value: str) -> LineReading | None:
    found = _LINK_KEY.fullmatch(value.strip())
    if found is None:
        return None
    kind = LINK_KEY_TYPES.get(int(found[2]), f"type {found[2]}")
    fields: dict[str, Value] = {"link_key": hidden(found[1]), "key_type": kind}
    if found[3] is not None and int(found[3]) >= 0:
        fields["pin_length"] = int(found[3])
    return LineReading(kind, fields)


def _secret(name: str) -> Callable[[str], LineReading | None]:
    def read(value: str) -> LineReading | None:
        text = value.strip()
        return LineReading("", {name: hidden(text)}) if text else None

    return read


def _profiles(value: str) -> LineReading | None:
    names = [bluetooth_uuid.in_words(uuid) for uuid in value.split()]
    return LineReading(", ".join(names[:20]) or "none", {"services": list(names)})


def _trusts(value: str) -> LineReading | None:
    services = value.split()
    if not all(_SERVICE.fullmatch(service) for service in services):
        return None
    return LineReading(", ".join(services[:20]) or "no service", {"trusted_for": list(services)})


def _features(value: str) -> LineReading | None:
    text = value.strip()
    return LineReading(text, {"features": text}) if _DIGITS.fullmatch(text) else None


def _manufacturer(value: str) -> LineReading | None:
    found = _NUMBERS.fullmatch(value.strip())
    if found is None or int(found[1]) > _UNKNOWN_COMPANY:
        return None
    numbers = [int(part) for part in found.groups()]
    fields: dict[str, Value] = dict(zip(("company", "lmp_version", "lmp_subversion"), numbers, strict=True))
    return LineReading(f"company {numbers[0]}, version {numbers[1]}.{numbers[2]}", fields)


def _device_id(value: str) -> LineReading | None:
    found = _DEVICE_ID.fullmatch(value.strip())
    if found is None:
        return None
    names = ("source", "vendor", "product", "version")
    fields: dict[str, Value] = {name: f"0x{part.lower()}" for name, part in zip(names, found.groups(), strict=True)}
    return LineReading(f"vendor {fields['vendor']}, product {fields['product']}", fields)


def _service_record(value: str) -> LineReading | None:
    text = value.strip()
    if _HEX.fullmatch(text) is None:
        return None
    return LineReading(f"{len(text) // 2} bytes", {"service_record": text.lower()})


_SEEN_NOTE = "when it last answered a search, or was noticed in one. It need not have been connected."
_USED_NOTE = "when a connection with it was last made."
_STORE = "The device's Bluetooth store"

FILES: dict[str, FileKind] = {
    "names": FileKind(PEER, f"{_STORE} keeps the name {{}} for {{peer}}.", _text("name")),
    "aliases": FileKind(PEER, f"{_STORE} keeps the alias {{}} for {{peer}}.", _text("alias")),
    "lastseen": FileKind(
        SEEN, f"{_STORE} records that {{peer}} was last seen in a search at {{}}.", _time("Last Seen Time", _SEEN_NOTE)
    ),
    "lastused": FileKind(
        USED, f"{_STORE} records that {{peer}} was last connected at {{}}.", _time("Last Used Time", _USED_NOTE)
    ),
    "classes": FileKind(PEER, f"{_STORE} keeps the class of device {{}} for {{peer}}.", _class),
    "eir": FileKind(PEER, f"{_STORE} keeps what {{peer}} answered to a search: {{}}.", _eir),
    "linkkeys": FileKind(
        PAIRING, f"{_STORE} keeps a link key ({{}}) for {{peer}}: it holds the two for paired.", _link_key
    ),
    "longtermkeys": FileKind(
        PAIRING, f"{_STORE} keeps a long-term key for {{peer}}: it holds the two for paired.", _secret("long_term_key")
    ),
    "pincodes": FileKind(PAIRING, f"{_STORE} keeps a PIN for pairing with {{peer}}.", _secret("pin")),
    "profiles": FileKind(PEER, f"{_STORE} keeps the services of {{peer}}: {{}}.", _profiles),
    "trusts": FileKind(PEER, f"{_STORE} keeps {{peer}} as trusted for: {{}}.", _trusts),
    "blocked": FileKind(PEER, f"{_STORE} keeps {{peer}} as blocked.", _free),
    "features": FileKind(PEER, f"{_STORE} keeps the radio features {{}} of {{peer}}.", _features),
    "manufacturers": FileKind(PEER, f"{_STORE} keeps the maker of the radio of {{peer}}: {{}}.", _manufacturer),
    "did": FileKind(PEER, f"{_STORE} keeps the device id of {{peer}}: {{}}.", _device_id),
    "sdp": FileKind(PEER, f"{_STORE} keeps a service record ({{}}) of {{peer}}.", _service_record),
    "appearances": FileKind(PEER, f"{_STORE} keeps the appearance {{}} of {{peer}}.", _free),
    "types": FileKind(PEER, f"{_STORE} keeps the type {{}} of {{peer}}.", _free),
    "primaries": FileKind(PEER, f"{_STORE} keeps attributes of {{peer}}.", _free),
    "primary": FileKind(PEER, f"{_STORE} keeps attributes of {{peer}}.", _free),
    "characteristics": FileKind(PEER, f"{_STORE} keeps attributes of {{peer}}.", _free),
    "attributes": FileKind(PEER, f"{_STORE} keeps attributes of {{peer}}.", _free),
    "ccc": FileKind(PEER, f"{_STORE} keeps attributes of {{peer}}.", _free),
    "input": FileKind(PEER, f"{_STORE} keeps {{peer}} as an input device.", _free),
}
