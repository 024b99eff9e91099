"""The extended inquiry response: what a Bluetooth device states about itself when other devices search for it.

A sequence of structures: one byte for the length of the rest, one for the type, then the data. A length of 0 ends it.

References:
    Bluetooth Core Specification, volume 3, part C, section 8; Assigned Numbers, section 2.3.
"""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass, field

from construct import Bytes, ConstructError, Int8ub, Int16ul, Struct, this

from parsers.bluetooth.device_class import in_words as class_in_words
from parsers.bluetooth.uuid import in_words, of_number
from parsers.record import Value

#: A response has 240 bytes; longer input is not read to the end.
MAX_BYTES = 1024

_STRUCTURE = Struct("length" / Int8ub, "type" / Int8ub, "data" / Bytes(this.length - 1))
_DEVICE_ID = Struct("source" / Int16ul, "vendor" / Int16ul, "product" / Int16ul, "version" / Int16ul)
_WIDTHS = {0x02: 2, 0x03: 2, 0x04: 4, 0x05: 4, 0x06: 16, 0x07: 16}


@dataclass(slots=True)
class Eir:
    """A decoded response.

    Attributes:
        name: the name, if any.
        services: the names or numbers of the listed services.
        fields: what else it states.
        unread: the bytes from the first malformed structure on.
    """

    name: str | None = None
    services: list[Value] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    unread: bytes = b""


def decode(content: bytes) -> Eir:
    """Read a response as far as it is valid. Never raises; bytes beyond :data:`MAX_BYTES` are ``unread``."""
    found, at = Eir(), 0
    limit = min(len(content), MAX_BYTES)
    while at < limit and content[at]:
        try:
            structure = _STRUCTURE.parse(content[at:limit])
        except ConstructError:
            break
        _take(found, structure.type, structure.data)
        at += structure.length + 1
    if content[at:].strip(b"\0"):
        found.unread = content[at:]
    return found


def _take(found: Eir, kind: int, data: bytes) -> None:
    if width := _WIDTHS.get(kind):
        found.services += [_service(data[at : at + width]) for at in range(0, len(data) - width + 1, width)]
    elif kind in {0x08, 0x09}:
        found.name = data.rstrip(b"\0").decode("utf-8", "backslashreplace")
        if kind == 0x08:
            found.fields["name_shortened"] = True
    elif kind == 0x0A and len(data) == 1:
        found.fields["transmit_power_dbm"] = int.from_bytes(data, "little", signed=True)
    elif kind == 0x0D and len(data) == 3:
        found.fields["class"] = class_in_words(int.from_bytes(data, "little"))
    elif kind == 0x10 and len(data) == 8:
        parts = _DEVICE_ID.parse(data)
        names = ("source", "vendor", "product", "version")
        found.fields["device_id"] = {name: f"0x{parts[name]:04x}" for name in names}
    elif kind == 0xFF and len(data) >= 2:
        company = int.from_bytes(data[:2], "little")
        found.fields["manufacturer_data"] = {"company": f"0x{company:04x}", "data": data[2:].hex()}
    else:
        found.fields[f"type_0x{kind:02x}"] = data.hex()


def _service(data: bytes) -> str:
    if len(data) == 16:
        return in_words(str(uuids.UUID(bytes=data[::-1])))
    return in_words(of_number(int.from_bytes(data, "little")))
