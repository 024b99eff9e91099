"""The time zone of a log's lines, from the lines themselves or from another source.

References:
    ISO 8601 and RFC 3339 (offsets); AOSP system/logging/liblog (``logcat -v zone`` writes ``%z``); the IANA time zone
    database, which Android's ``persist.sys.timezone`` names.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Time zone abbreviations that programs write; most are ambiguous.
LETTERS = rb"WES?T|CES?T|EES?T|BST|IST|MSK|JST|KST|SGT|HKT|[ECMP][SD]T|AK[SD]T|HST|A[CE][SD]T|AWST|NZ[SD]T|BRT|ART"
#: UTC, alone or with an offset, as Java and JavaScript write it.
FROM_UTC = rb"(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d\d)?(?!\d))?"
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?")
#: Unambiguous abbreviations.
_BY_LETTERS = {"JST": "+09:00"}
_UTC_NAMES = frozenset({"Z", "z", "UTC", "GMT", "Etc/UTC", "Etc/GMT", "Zulu", "Universal"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")


class Zone(NamedTuple):
    """A time zone and how it is known.

    Attributes:
        name: as written.
        info: the zone itself; None if it is unknown.
        note: one sentence on times in this zone.
    """

    name: str
    info: tzinfo | None
    note: str

    @property
    def steady(self) -> int:
        """Seconds from midnight during which its offset is constant: a day, or one if it may change at any time."""
        return 86400 if self.info is None or isinstance(self.info, timezone) else 1

    def utc(self, local: datetime) -> tuple[int | None, str]:
        """Convert a local time to microseconds since 1970 UTC, or give the reason why it cannot be converted.

        Args:
            local: the local time; its tzinfo is ignored.
        """
        if self.info is None:
            return None, ""
        wall = local.replace(tzinfo=None)
        try:
            earlier, later = (wall.replace(tzinfo=self.info, fold=fold).astimezone(UTC) for fold in (0, 1))
        except (OverflowError, ValueError):
            return None, ""
        if earlier != later:
            exists = earlier.astimezone(self.info).replace(tzinfo=None) == wall
            return None, f" In {self.name} that hour {'occurs twice' if exists else 'does not exist'} on this day."
        delta = earlier - _EPOCH
        return (delta.days * 86400 + delta.seconds) * 1_000_000, ""


UNKNOWN = Zone("", None, "The device's clock, in a zone that neither the line nor the file gives.")


def of_line(text: str) -> Zone | None:
    """The zone that a line states as an offset or UTC; None if the text is neither."""
    if text in _UTC_NAMES:
        return Zone(text, UTC, "The device's clock, in the zone the line gives.")
    found = _OFFSET.fullmatch(_BY_LETTERS.get(text, text))
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > 14 * 60 or int(found[3] or 0) > 59:
        return None
    info = timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    return Zone(text, info, "The device's clock, in the zone the line gives.")


def named(name: str, where: str) -> Zone | None:
    """Look up a zone in the IANA database; None if it is missing.

    Args:
        name: such as ``Europe/Berlin``.
        where: the source of the name, as the end of "..., as ... says".
    """
    note = f"The device's clock, in the zone {name}, as {where} says."
    if name in _UTC_NAMES:
        return Zone(name, UTC, note)
    if not _NAME.fullmatch(name):
        return None
    try:
        return Zone(name, ZoneInfo(name), note)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
