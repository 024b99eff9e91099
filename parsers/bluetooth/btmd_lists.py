"""The Bluetooth manager's lists on a first-generation Echo: its adapters and the Bluetooth devices it stored.

Each file is a protobuf message: field 1, repeated, is a message whose field 1 is an address as text, followed by
numbers. The files name no schema: numbers are kept as found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from parsers.bluetooth import address as bluetooth_address
from parsers.formats.protobuf.message import Field, ProtobufError, fields
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.small_file import EXCERPT, NO_TIME, whole
from parsers.values import Keeper

_KINDS = {
    "devices.proto": ("echo:bluetooth:peer", "lists the Bluetooth device {address}"),
    "adapters.proto": ("echo:bluetooth:adapter", "lists its own adapter {address}"),
    "system.proto": ("echo:bluetooth:adapter", "lists {address}"),
}
#: An entry is an address and a few numbers: the head of a list has this form.
_ENTRY_START = b"\x0a\x11"
_MAX_ENTRIES = 1000


@register
class BtmdLists(Parser):
    """Reads ``btmd/devices.proto``, ``adapters.proto`` and ``system.proto``."""

    name: ClassVar[str] = "echo_btmd"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("btmd/",)
    about: ClassVar[About] = About(
        title="Bluetooth manager's lists on a first-generation Echo",
        data_types=("echo:bluetooth:peer", "echo:bluetooth:adapter"),
        known_by=(
            "btmd/devices.proto, btmd/adapters.proto, btmd/system.proto",
            "protobuf: a message in field 1 whose field 1 is a Bluetooth address as text; or an empty file",
        ),
        shows="Which Bluetooth devices the Echo's Bluetooth manager kept in its list.",
        does_not_show="When they were put there, or that they were connected.",
        validated_on=("Echo 1st generation (AB72C64C86AW2): one device, one adapter",),
        limits=("The numbers beside an address are kept as recorded; what they mean is not known.",),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/btmd", "Protocol Buffers, Encoding"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the folder and the name match, and the first entry is valid or the file is empty."""
        if source.name not in _KINDS or source.folder.rsplit("/", 1)[-1] != "btmd":
            return False
        return source.size == 0 or (source.head[:1] == _ENTRY_START[:1] and _ENTRY_START in source.head[1:6])

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each address, or one that reports an empty list."""
        content, issues = whole(source)
        yield from issues
        if not content:
            message = f'The Bluetooth manager\'s file "{source.name}" is empty: it lists nothing.{NO_TIME}'
            yield Record("echo:bluetooth:adapter", message, "", fields={"file": source.name, "entries": 0})
            return
        count, end = 0, 0
        try:
            for field in islice(fields(content), _MAX_ENTRIES + 1):
                if count == _MAX_ENTRIES:
                    yield Issue(f"The list has more than {_MAX_ENTRIES} entries; the rest was not read.")
                    return
                values = _entry(field)
                count, end = count + 1, field.at + field.size
                if values:
                    yield _record(source.name, values, at_bytes(field.at, field.size))
                else:
                    what = "The field is not an entry of a list of addresses."
                    yield Issue(what, at_bytes(field.at, field.size), content[field.at : end][:EXCERPT])
        except ProtobufError as error:
            what = f"Not of the form of a list of addresses from here on: {error}."
            yield Issue(what, at_bytes(end, len(content) - end), content[end : end + EXCERPT])


def _entry(field: Field) -> dict[str, Value] | None:
    """The address and the numbers of an entry; None if it has no address. Raises ProtobufError."""
    if field.number != 1 or not isinstance(field.value, bytes):
        return None
    values: dict[str, Value] = {}
    for part in fields(field.value):
        if part.number == 1 and isinstance(part.value, bytes):
            values["address"] = bluetooth_address.address(part.value.decode("ascii", "replace"))
        else:
            values[f"field_{part.number}"] = _value(part.value)
    return values if values.get("address") else None


def _value(value: int | bytes) -> Value:
    """A number, as text if other programs could not store it; bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    return value if value < 1 << 63 else str(value)


def _record(file: str, values: dict[str, Value], place: str) -> Record:
    data_type, sentence = _KINDS[file]
    found = str(values["address"])
    message = f"The device's Bluetooth manager {sentence.format(address=found)}.{NO_TIME}"
    return Record(
        data_type,
        message,
        place,
        fields=Keeper().fields({"file": file, **values}),
        keys=(bluetooth_address.key(found),),
    )
