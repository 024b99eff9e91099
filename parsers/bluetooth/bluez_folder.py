"""The folder in which BlueZ 4 stores data about an adapter and the Bluetooth devices around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.bluetooth import address as bluetooth_address
from parsers.bluetooth import device_class as bluetooth_class
from parsers.bluetooth.bluez_lines import FILES, PAIRING, FileKind, LineReading
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import hidden, is_secret_name
from parsers.small_file import EXCERPT, NO_TIME, numbered, too_many_lines, whole
from parsers.values import Keeper, shown

CONFIG = "config"
_LINE = re.compile(
    r"(?P<address>[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})(?P<more>#[0-9A-Fa-f]{1,8}(?:#\w{1,8})?)?(?: (?P<value>.*))?"
)
_GAP = re.compile(r"\{(?:peer)?\}")
_CONFIG_LINE = re.compile(r"(?P<name>[A-Za-z][\w.-]{0,40})(?: (?P<value>.*))?")
_CONFIG_NAMES = (
    "name", "pairable", "class", "discovto", "pairto", "mode", "onmode", "language", "policy", "did", "alias",
)  # fmt: skip
#: Files whose lines need the device name from another file.
_NAMED = ("lastseen", "lastused", "linkkeys", "longtermkeys", "pincodes", "trusts", "blocked")


@register
class BluezFolder(Parser):
    """Reads one file of ``lib/bluetooth/{adapter}/``, with device names from ``names`` in the same folder."""

    name: ClassVar[str] = "bluez_folder"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = tuple(f"/{name}" for name in (CONFIG, *FILES))
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Bluetooth devices known to an Echo (BlueZ 4 text files)",
        data_types=(
            "echo:bluetooth:peer", "echo:bluetooth:pairing", "echo:bluetooth:last_seen", "echo:bluetooth:last_used",
            "echo:bluetooth:adapter",
        ),
        known_by=(
            "a folder named as a Bluetooth address, below /var/local/lib/bluetooth or elsewhere; colons may have"
            " been rewritten to _ - or %3A by the copy",
            "in it one of the files " + ", ".join((*FILES, CONFIG)),
            "lines of the form ADDRESS value (config: name value)",
        ),
        shows=(
            "Which Bluetooth devices the Echo had noticed, which it kept link keys for, and when it last noticed or"
            " last connected to one, by the Echo's own clock."
        ),
        does_not_show=(
            "That a Bluetooth device in lastseen was connected or belongs to the household: it answered a search from"
            " within radio range. A name is chosen by its owner. A link key shows a pairing, not its time."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2): names, lastseen, classes, eir, config",),
        limits=(
            "Only the last time is kept for each Bluetooth device; the store holds no history.",
            "After a start the clock may lag until a time server is reached.",
            "Link keys, long-term keys and PINs are never shown: their length is, and a SHA-256 if they are long.",
            "Of service records (sdp) and attributes the bytes are kept; they are not decoded.",
            "Files other than names, lastseen, classes, eir and config were read on made files only.",
        ),
        references=("BlueZ 4.101, src/storage.c, src/textfile.c, src/event.c", "Bluetooth SIG, Assigned Numbers"),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether the name, the folder and the first line match."""
        if source.name != CONFIG and source.name not in FILES:
            return False
        if _adapter(source) is None:
            return False
        first = next((line for _, line in numbered(source.head[:4096])), None)
        if first is None:
            return False
        if source.name == CONFIG:
            found = _CONFIG_LINE.match(first)
            return found is not None and found["name"] in _CONFIG_NAMES
        return _LINE.match(first) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each line, and an issue for each unexpected line."""
        adapter = _adapter(source) or ""
        content, issues = whole(source)
        yield from issues
        yield from too_many_lines(content)
        if source.name == CONFIG:
            yield from _config(content, adapter)
            return
        names = _names(source) if source.name in _NAMED else {}
        for number, line in numbered(content):
            yield from _peer(source.name, number, line, adapter, names)


def _adapter(source: Source) -> str | None:
    return bluetooth_address.address(source.folder.rsplit("/", 1)[-1])


def _names(source: Source) -> dict[str, str]:
    """Device names by address, from the neighbouring file."""
    beside = source.beside("names")
    if beside is None:
        return {}
    lines = (_LINE.fullmatch(line) for _, line in numbered(whole(beside)[0]))
    return {found["address"].upper(): found["value"] for found in lines if found and found["value"]}


def _peer(file: str, number: int, line: str, adapter: str, names: dict[str, str]) -> Iterator[Record | Issue]:
    kind: FileKind = FILES[file]
    found = _LINE.fullmatch(line)
    reading: LineReading | None = kind.read(found["value"] or "") if found else None
    if found is None or reading is None:
        yield Issue(f'The line is not of the form that "{file}" has.', at_line(number), _excerpt(file, line))
        return
    peer = found["address"].upper()
    fields: dict[str, Value] = {"file": file, "adapter": adapter, "peer": peer}
    if found["more"]:
        fields["address_type" if file != "sdp" else "handle"] = found["more"][1:]
    text = f"the Bluetooth device {peer}"
    if name := names.get(peer):
        fields["name"] = name
        text += f' (named "{shown(name, 100)}")'
    gaps = {"{peer}": text, "{}": shown(reading.shown) or ""}
    message = _GAP.sub(lambda gap: gaps[gap[0]], kind.sentence)
    timestamps = tuple(replace(timestamp, locator=at_line(number)) for timestamp in reading.timestamps)
    if not timestamps:
        message += NO_TIME
    yield Record(
        kind.data_type,
        message,
        at_line(number),
        timestamps,
        fields=Keeper().fields({**fields, **reading.fields}),
        keys=(bluetooth_address.key(peer),),
    )
    if reading.issue:
        yield Issue(reading.issue, at_line(number))


def _excerpt(file: str, line: str) -> bytes:
    """The start of an unreadable line; empty for a file of keys."""
    secret = FILES[file].data_type == PAIRING
    return b"" if secret else line.encode()[:EXCERPT]


def _config(content: bytes, adapter: str) -> Iterator[Record | Issue]:
    for number, line in numbered(content):
        found = _CONFIG_LINE.fullmatch(line)
        if found is None:
            yield Issue('The line is not of the form that "config" has.', at_line(number), line.encode()[:EXCERPT])
            continue
        name, value = found["name"], (found["value"] or "").strip()
        if is_secret_name(name):
            value = hidden(value)
        fields: dict[str, Value] = {"file": CONFIG, "adapter": adapter, "name": name, "value": value}
        text = shown(value, 200) or "nothing"
        if name == "class" and (number_of := _class_number(value)) is not None:
            fields["class_in_words"] = bluetooth_class.in_words(number_of)
            text += f" ({fields['class_in_words']})"
        message = (
            f"The device's Bluetooth store keeps the setting {name} of its own adapter {adapter}: {text}.{NO_TIME}"
        )
        yield Record(
            "echo:bluetooth:adapter",
            message,
            at_line(number),
            fields=Keeper().fields(fields),
            keys=(bluetooth_address.key(adapter),) if adapter else (),
        )


def _class_number(value: str) -> int | None:
    found = re.fullmatch(r"0x([0-9A-Fa-f]{1,6})", value)
    return int(found[1], 16) if found else None
