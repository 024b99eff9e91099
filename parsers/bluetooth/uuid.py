"""Names of Bluetooth services by their UUID.

References:
    Bluetooth SIG, Assigned Numbers, sections 3.3 to 3.11.
"""

from __future__ import annotations

import re

_BASE = "-0000-1000-8000-00805f9b34fb"
_FULL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES = {
    0x1101: "Serial Port", 0x1103: "Dialup Networking", 0x1105: "OBEX Object Push", 0x1106: "OBEX File Transfer",
    0x1108: "Headset", 0x110A: "Audio Source", 0x110B: "Audio Sink", 0x110C: "A/V Remote Control Target",
    0x110D: "Advanced Audio Distribution", 0x110E: "A/V Remote Control", 0x110F: "A/V Remote Control Controller",
    0x1112: "Headset Audio Gateway", 0x1115: "PAN User", 0x1116: "Network Access Point", 0x1117: "Group Network",
    0x111E: "Hands-Free", 0x111F: "Hands-Free Audio Gateway", 0x1124: "Human Interface Device",
    0x112D: "SIM Access", 0x112F: "Phonebook Access Server", 0x1132: "Message Access Server",
    0x1133: "Message Notification Server", 0x1200: "PnP Information", 0x1203: "Generic Audio",
    0x1800: "Generic Access", 0x1801: "Generic Attribute", 0x180A: "Device Information", 0x180D: "Heart Rate",
    0x180F: "Battery", 0x1812: "Human Interface Device (LE)", 0xFE03: "Amazon",
}  # fmt: skip


def of_number(number: int) -> str:
    """The full text of a UUID of 16 or 32 bits."""
    return f"{number:08x}{_BASE}"


def in_words(uuid: str) -> str:
    """A UUID with its name, if known: ``Audio Sink (110b)``. Other text is returned unchanged."""
    text = uuid.strip().lower()
    if re.fullmatch(r"(0x)?[0-9a-f]{4}([0-9a-f]{4})?", text):
        text = of_number(int(text, 16))
    if _FULL.fullmatch(text) is None:
        return uuid
    if not text.endswith(_BASE):
        return text
    number = int(text[:8], 16)
    short = f"{number:04x}"
    return f"{_NAMES[number]} ({short})" if number in _NAMES else short
