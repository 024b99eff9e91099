"""Wi-Fi networks stored by Android or Fire OS: ``WifiConfigStore.xml``, Android 8 and later.

References:
    AOSP frameworks/opt/net/wifi: ``WifiConfigStore``, ``NetworkListStoreData``, ``XmlUtil``;
    ``WifiConfigManager.createDebugTimeStampString`` for the form of CreationTime.
    jcrasselt/amazon-echo-show-15: ``/misc/wifi/WifiConfigStore.xml`` of an Echo Show 15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.bounded_issues import bounded
from parsers.formats.android.preferences import Preference, preferences
from parsers.formats.xml.elements import BEGINNINGS, BINARY_MAGIC, Element, load, root_of
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.values import Keeper, shown

DATA_TYPE = "echo:wifi:network"
_ROOT, _NAME = "WifiConfigStoreData", "WifiConfigStore.xml"
#: What the bits of AllowedKeyMgmt mean (android.net.wifi.WifiConfiguration.KeyMgmt).
_KEY_MANAGEMENT = (
    "none", "WPA-PSK", "WPA-EAP", "802.1X", "WPA2-PSK", "OSEN", "FT-PSK", "FT-EAP", "WPA3-SAE", "OWE",
)  # fmt: skip
_CREATED = re.compile(r"(?:time=)?(\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})")
_CREATED_NOTE = "The device's clock in its own time zone; the file names neither the zone nor the year."


@register
class WifiStore(Parser):
    """Reads each network of the store."""

    name: ClassVar[str] = "wifi_store"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = BEGINNINGS
    needs_path: ClassVar[tuple[str, ...]] = ("wificonfigstore.xml",)
    about: ClassVar[About] = About(
        title="Wi-Fi networks kept by Fire OS or Android (WifiConfigStore.xml)",
        data_types=(DATA_TYPE,),
        known_by=(f"XML whose outermost element is {_ROOT}", f"a file named {_NAME} in a folder named wifi"),
        shows=(
            "Which Wi-Fi networks the device was set up for, and, where the store says so, that it was once connected."
        ),
        does_not_show="When the device was connected, or that a network was near it at a time.",
        validated_on=("Made files only; the path as published for an Echo Show 15 (Fire OS 7).",),
        limits=(
            "The network's password is kept in the fields, as it stands in the file, and never shown in a message.",
            "A phone keeps the same file: the path or the exhibit tells whose it is.",
        ),
        references=("AOSP frameworks/opt/net/wifi", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the root element matches or, in the store's folder, the name."""
        if root_of(source.head) == _ROOT:
            return True
        return source.name == _NAME and (
            source.folder.rsplit("/", 1)[-1] == "wifi" or source.head.startswith(BINARY_MAGIC)
        )

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each network."""
        yield from bounded(_records(source))


def _records(source: Source) -> Iterator[Record | Issue]:
    document = load(source)
    yield from document.issues
    if document.root is None:
        return
    if document.root.name != _ROOT:
        what = f"The outermost element is {document.root.name[:40]}; that of a Wi-Fi store is {_ROOT}."
        yield Issue(what, document.root.locator)
        return
    networks = list(_networks(document.root))
    for network in networks:
        yield from _read(network)
    if not networks and not document.issues:
        yield Record(DATA_TYPE, "The Wi-Fi store keeps no network.", document.root.locator)


def _networks(root: Element) -> Iterator[Element]:
    """Yield the networks; a list of them is in the root or in one of its sections."""
    for element in root.children:
        if element.name == "Network":
            yield element
        elif element.name in ("NetworkList", "ConfiguredNetworks"):
            yield from _networks(element)


def _read(network: Element) -> Iterator[Record | Issue]:
    sections: dict[str, Value] = {}
    values: dict[str, Preference] = {}
    for section in network.children:
        kept: dict[str, Value] = {}
        for item in preferences(section):
            if isinstance(item, Issue):
                yield item
                continue
            values.setdefault(item.name, item)
            # The password is evidence and kept as found: nothing is replaced here.
            kept[item.name] = Keeper().keep(item.value, item.name)
        sections[section.name] = kept
    name = _ssid(_text(values, "SSID"))
    if name is None:
        yield Issue("A network without a name (SSID).", network.locator)
        return
    secret = any(_text(values, key) for key in ("PreSharedKey", "Password")) or _has_wep(values)
    connected = values["HasEverConnected"].value if "HasEverConnected" in values else None
    message = (
        f'The device\'s Wi-Fi store keeps the network "{shown(name, 100) or ""}", security'
        f" {_security(_text(values, 'AllowedKeyMgmt'))}, {'with' if secret else 'without'} a password."
    )
    if isinstance(connected, bool):
        message += f" It records that the device has {'' if connected else 'never '}been connected to it."
    yield Record(
        DATA_TYPE,
        message,
        network.locator,
        tuple(_timestamps(values)),
        fields=Keeper().fields({"ssid_text": name, **sections}),
    )


def _text(values: dict[str, Preference], name: str) -> str:
    value = values[name].value if name in values else None
    return value if isinstance(value, str) else ""


def _has_wep(values: dict[str, Preference]) -> bool:
    keys = values["WEPKeys"].value if "WEPKeys" in values else None
    return isinstance(keys, list) and any(keys)


def _ssid(value: str) -> str | None:
    """The network's name: text in quotation marks, or hexadecimal digits without."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    if value and len(value) % 2 == 0 and re.fullmatch(r"[0-9A-Fa-f]{2,64}", value):
        return bytes.fromhex(value).decode("utf-8", "backslashreplace")
    return value or None


def _security(digits: str) -> str:
    """Describe a set of bits given as hexadecimal bytes, lowest byte first."""
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){1,16}", digits):
        return "not given"
    bits = int.from_bytes(bytes.fromhex(digits), "little")
    found = [word for bit, word in enumerate(_KEY_MANAGEMENT) if bits >> bit & 1]
    if bits >> len(_KEY_MANAGEMENT):
        found.append("another")
    return " or ".join(found) or "not given"


def _timestamps(values: dict[str, Preference]) -> Iterator[Timestamp]:
    for name, description in (("CreationTime", "Creation Time"), ("UpdateTime", "Last Update Time")):
        text = _text(values, name)
        if _CREATED.fullmatch(text):
            yield Timestamp(description, text, Clock.DEVICE, None, _CREATED_NOTE, values[name].locator)
