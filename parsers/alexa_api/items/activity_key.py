"""The key of an activity: ``{customer}#{epoch milliseconds}#{device type}#{serial}``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.record import Clock, Timestamp
from parsers.times import from_milliseconds

_PATTERN = r"([A-Z0-9]{6,32})#(\d{12,14})#([A-Z0-9]{4,32})#([\w-]{4,64})"
_whole = re.compile(_PATTERN, re.ASCII)
_NOTE = "Epoch milliseconds within the key of the activity: when the service created it, not when it was spoken."


@dataclass(slots=True, unsafe_hash=True)
class ActivityKey:
    """A parsed key. Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        text: the key, with ``#``.
        customer: the customer's id.
        created: epoch milliseconds, as recorded.
        device_type: the device's type.
        serial: the device's serial number.
    """

    text: str
    customer: str
    created: str
    device_type: str
    serial: str

    @classmethod
    def parse(cls, text: object) -> ActivityKey | None:
        """Parse a key; None if the text is not one."""
        match = _whole.fullmatch(text) if isinstance(text, str) else None
        return cls(match[0], match[1], match[2], match[3], match[4]) if match else None

    @classmethod
    def find(cls, text: str) -> ActivityKey | None:
        """Return the first key in a text, or None."""
        match = _whole.search(text)
        return cls(match[0], match[1], match[2], match[3], match[4]) if match else None

    @property
    def key(self) -> str:
        """The key that records of this activity share."""
        return activity_key(self.text)

    def to_timestamp(self, locator: str = "") -> Timestamp | None:
        """The time contained in the key."""
        timestamp = from_milliseconds(self.created)
        if timestamp is None:
            return None
        return Timestamp("Creation Time", self.created, Clock.CLOUD, timestamp, _NOTE, locator)


def activity_key(text: str) -> str:
    """The key that records of the activity with this id share."""
    return f"activity:{text}"


def activity_time_key(milliseconds: int | str, serial: str) -> str:
    """The key by which a record names an activity that it has no id of: its millisecond, and its device.

    Of the serial number the first and the last three characters count, because programs mask the others.

    Args:
        milliseconds: when the service created the activity, since 1970.
        serial: the device's serial number, also masked; empty if the record names none.
    """
    return f"activity-time:{milliseconds}#{serial[:1]}{serial[-3:]}" if serial else f"activity-time:{milliseconds}"
