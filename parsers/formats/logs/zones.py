"""The time zone of a log's lines: as a line writes it, or as something else states it.

References:
    ISO 8601 and RFC 3339 (offsets); AOSP system/logging/liblog (``logcat -v zone`` writes ``%z``); the IANA time zone
    database, which Android's ``persist.sys.timezone`` names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Zones as programs write them in letters, most of them with several meanings.
LETTERS = rb"WES?T|CES?T|EES?T|BST|IST|MSK|JST|KST|SGT|HKT|[ECMP][SD]T|AK[SD]T|HST|A[CE][SD]T|AWST|NZ[SD]T|BRT|ART"
#: UTC, alone or with an offset from it, as Java and JavaScript write that.
FROM_UTC = rb"(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d\d)?(?!\d))?"
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?")
#: Letters with one meaning.
_BY_LETTERS = {"JST": "+09:00"}
_UTC_NAMES = frozenset({"Z", "z", "UTC", "GMT", "Etc/UTC", "Etc/GMT", "Zulu", "Universal"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone and how it is known.

    Attributes:
        name: as it is written.
        info: what it comes to; None if it is unknown.
        note: one sentence on the times read in it.
    """

    name: str
    info: tzinfo | None
    note: str

    @property
    def steady(self) -> int:
        """Seconds from midnight within which its offset is the same: a day, or one where it may change at any time."""
        return 86400 if self.info is None or isinstance(self.info, timezone) else 1

    def utc(self, local: datetime) -> tuple[int | None, str]:
        """Microseconds since 1970 UTC of a local time, and what is to be said where there are none.

        Args:
            local: the local time; its own zone is not checked.
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
    """The zone that a line writes, as an offset or as UTC; None if the text is neither."""
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
    """A zone by its name in the IANA database; None if it is missing.

    Args:
        name: such as ``Europe/Berlin``.
        where: who names it, as the end of "..., as ... says".
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
