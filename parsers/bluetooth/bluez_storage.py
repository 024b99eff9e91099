"""The folders in which BlueZ 5 stores an adapter's settings, its pairings and the devices it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.bluetooth import address as bluetooth_address
from parsers.bluetooth import device_class as bluetooth_class
from parsers.bluetooth import uuid as bluetooth_uuid
from parsers.bluetooth.bluez_lines import LINK_KEY_TYPES
from parsers.formats.ini.text import Setting, sections, settings
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import hidden, is_secret_name
from parsers.small_file import NO_TIME, numbered, too_many_lines, whole
from parsers.values import Keeper, shown

Sections = Mapping[str, Mapping[str, Setting]]

_STORE = "The device's Bluetooth store"
_CACHE, _SETTINGS = "cache", "settings"
_PEER_FILES = ("info", "attributes", "gatt", "ccc")
_KEY_SECTIONS = {
    "LinkKey": "a link key", "LongTermKey": "a long-term key", "SlaveLongTermKey": "a long-term key of its own",
    "PeripheralLongTermKey": "a long-term key of its own", "IdentityResolvingKey": "an identity resolving key",
    "LocalSignatureKey": "a signature key of its own", "RemoteSignatureKey": "a signature key",
}  # fmt: skip


@register
class BluezStorage(Parser):
    """Reads one file of ``lib/bluetooth/{adapter}/`` in the layout of BlueZ 5."""

    name: ClassVar[str] = "bluez_storage"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = tuple(f"/{name}" for name in (_CACHE, _SETTINGS, *_PEER_FILES))
    about: ClassVar[About] = About(
        title="Bluetooth devices known to an Echo (BlueZ 5 key files)",
        data_types=("echo:bluetooth:peer", "echo:bluetooth:pairing", "echo:bluetooth:adapter"),
        known_by=(
            "{adapter}/settings; {adapter}/{peer}/info, attributes, gatt, ccc; {adapter}/cache/{peer}, where both are"
            " Bluetooth addresses; colons may have been rewritten to _ - or %3A by the copy",
            "a first line of the form [Section]",
        ),
        shows="Which Bluetooth devices the device had noticed, and which it kept keys for.",
        does_not_show=(
            "When any of it happened: these files hold no time. That a Bluetooth device in the cache was connected, or"
            " belongs to the household. A name is chosen by its owner."
        ),
        validated_on=("made files only",),
        limits=(
            "Keys are never shown: their length is, and a SHA-256 if they are long.",
            "Of attributes and service records the text is kept; it is not decoded.",
        ),
        references=("BlueZ 5, doc/settings-storage.txt",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the folders are named by addresses and the first line is a section header."""
        if _place(source) is None:
            return False
        texts = (line.strip() for _, line in numbered(source.head[:4096]))
        first = next((text for text in texts if not text.startswith("#")), "")
        return first.startswith("[") and first.endswith("]")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record of the file, one for each key in it, and an issue for each unexpected line."""
        adapter, peer = _place(source) or ("", "")
        content, issues = whole(source)
        yield from issues
        yield from too_many_lines(content)
        found: list[Setting] = []
        for item in settings(content):
            if isinstance(item, Issue):
                yield item
            else:
                found.append(item)
        made = sections(found)
        if not peer:
            yield _adapter(adapter, made)
            return
        yield _peer(adapter, peer, source.name, made)
        yield from _pairings(adapter, peer, made)


def _place(source: Source) -> tuple[str, str] | None:
    """The addresses of the adapter and of the Bluetooth device (empty for the adapter's own settings)."""
    parts = source.path.split("/")[-3:]
    if len(parts) == 3 and parts[1] == _CACHE:
        adapter, peer = bluetooth_address.address(parts[0]), bluetooth_address.address(parts[2])
    elif len(parts) == 3 and parts[2] in _PEER_FILES:
        adapter, peer = bluetooth_address.address(parts[0]), bluetooth_address.address(parts[1])
    elif len(parts) >= 2 and parts[-1] == _SETTINGS:
        adapter, peer = bluetooth_address.address(parts[-2]), ""
    else:
        return None
    return (adapter, peer) if adapter and peer is not None else None


def _kept(made: Sections) -> dict[str, Value]:
    """The sections as fields, without their secrets."""
    return {
        section or "before the first section": {
            name: hidden(setting.value) if is_secret_name(name) else setting.value for name, setting in values.items()
        }
        for section, values in made.items()
    }


def _adapter(adapter: str, made: Sections) -> Record:
    kept = _kept(made)
    general = kept.get("General")
    first = list(general.items())[:12] if isinstance(general, dict) else []
    text = "; ".join(f"{name} {shown(value, 120) or 'empty'}" for name, value in first)
    message = f"{_STORE} keeps settings of its own adapter {adapter}: {text or 'none'}.{NO_TIME}"
    fields: dict[str, Value] = {"file": "settings", "adapter": adapter, "sections": kept}
    return Record(
        "echo:bluetooth:adapter",
        message,
        "",
        fields=Keeper().fields(fields),
        keys=(bluetooth_address.key(adapter),),
    )


def _peer(adapter: str, peer: str, file: str, made: Sections) -> Record:
    general = {name: setting.value for name, setting in made.get("General", {}).items()}
    file = file if file in _PEER_FILES else "cache"
    fields: dict[str, Value] = {"file": file, "adapter": adapter, "peer": peer}
    parts = []
    for name, word in (("Name", "name"), ("Alias", "alias")):
        if text := general.get(name):
            fields[word] = text
            parts.append(f'the {word} "{shown(text, 100)}"')
    if (number := _number(general.get("Class", ""))) is not None:
        fields["class_in_words"] = bluetooth_class.in_words(number)
        parts.append(f"the class {general['Class']} ({fields['class_in_words']})")
    if text := general.get("Services"):
        names = [bluetooth_uuid.in_words(uuid) for uuid in text.split(";") if uuid.strip()]
        fields["services"] = list(names)
        parts.append("the services " + ", ".join(names[:20]))
    parts += [f"{name} {general[name]}" for name in ("Trusted", "Blocked") if general.get(name) in {"true", "false"}]
    fields["sections"] = _kept(made)
    what = {"info": "of", "cache": "in its cache of"}.get(file, f'in the file "{file}" of')
    message = f"{_STORE} keeps {what} the Bluetooth device {peer}: {'; '.join(parts) or 'no name'}.{NO_TIME}"
    return Record(
        "echo:bluetooth:peer", message, "", fields=Keeper().fields(fields), keys=(bluetooth_address.key(peer),)
    )


def _pairings(adapter: str, peer: str, made: Sections) -> Iterator[Record]:
    for section, what in _KEY_SECTIONS.items():
        values = made.get(section, {})
        if "Key" not in values:
            continue
        fields: dict[str, Value] = {"file": "info", "adapter": adapter, "peer": peer, "section": section}
        fields["link_key"] = hidden(values["Key"].value)
        kind = values["Type"].value if section == "LinkKey" and "Type" in values else ""
        if kind.isascii() and kind.isdecimal() and len(kind) <= 3:
            fields["key_type"] = LINK_KEY_TYPES.get(int(kind), f"type {kind}")
        message = f"{_STORE} keeps {what} for the Bluetooth device {peer}: it holds the two for paired.{NO_TIME}"
        yield Record(
            "echo:bluetooth:pairing",
            message,
            at_line(values["Key"].line),
            fields=Keeper().fields(fields),
            keys=(bluetooth_address.key(peer),),
        )


def _number(text: str) -> int | None:
    digits = text.removeprefix("0x")
    if digits == text or not 1 <= len(digits) <= 6 or digits.strip("0123456789abcdefABCDEF"):
        return None
    return int(digits, 16)
