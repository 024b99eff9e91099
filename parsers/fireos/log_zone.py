"""The zone and the end of a Fire OS log, as stated by the file, its path or neighbouring evidence.

References:
    Crasselt and Pugliese, DFRWS USA 2024 (jcrasselt/amazon-echo-show-15): the logs that an Echo Show 15 keeps are in
    UTC. AOSP: ``persist.sys.timezone``, ``dumpstate``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from parsers.fireos.android_property import value_in
from parsers.formats.logs import yearless, zones
from parsers.formats.logs.dating import Survey
from parsers.formats.logs.zones import Zone
from parsers.parser import Source
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN

PROPERTY = "persist.sys.timezone"
#: In a name. Windows and export tools replace the @.
_STAMP = re.compile(r"(?:@|Log\.[a-z_]+_)(\d{13})(?!\d)")
#: A date in the log's name, added when it was saved.
_NAMED = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])"
    r"(?:[-_.T ]{0,2}([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)"
)
#: Log folders of a data partition, beside the folder of properties.
_HOME = re.compile(r"(?:^|/)(?:system/dropbox|misc/logd|logd|dropbox)/")
#: The log folders of Fire OS itself.
_STORE = re.compile(r"(?:^|/)(?:Log\.\w{1,40}(?:_\d{1,4}|[@_]\d{13})|logd/|dropbox/)")
_UTC = Zone(
    "UTC", UTC, "The device's clock. Its zone is UTC, as the published examination of an Echo Show 15 bears out."
)
_NOT_UTC = Zone(
    "",
    None,
    "The device's clock, in a zone that is not known: it is not UTC, for its lines would be later than the time in the"
    " name of the file, which is UTC.",
)
#: A log is packed when its last line is written, or later. Clocks have a resolution of one second.
_SLACK = timedelta(minutes=2)
_COUNTED = " The line writes no year; it was counted back from {what}."


def ended(source: Source, dumped: datetime | None) -> tuple[datetime | None, str]:
    """When a log ended, for inferring years backwards, and what to say about such a year.

    Args:
        source: the log.
        dumped: when the enclosing report was made, as it states.
    """
    stamps = _STAMP.findall(source.path)
    if stamps and MILLISECONDS_MIN <= int(stamps[-1]) <= MILLISECONDS_MAX:
        return datetime.fromtimestamp(int(stamps[-1]) / 1000, UTC), _COUNTED.format(what="the time in the file's name")
    if dumped is not None:
        return dumped, _COUNTED.format(what="the time at which the report was made, as it says")
    if (found := _NAMED.search(source.name)) and (named := _date(found)):
        return named, _COUNTED.format(what="the date in the file's name, which whoever saved it gave")
    return None, ""


def _date(found: re.Match[str]) -> datetime | None:
    year, month, day = (int(part) for part in found.groups()[:3])
    hour, minute, second = (int(part or most) for part, most in zip(found.groups()[3:], (23, 59, 59), strict=True))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def zone_of(source: Source, stated: str, end: datetime | None, survey: Survey) -> Zone:
    """Determine the zone of lines that state none.

    Args:
        source: the log.
        stated: the zone that the file itself names, or empty.
        end: when it ended, as the file's name says.
        survey: the times in its lines.
    """
    if stated and (zone := zones.named(stated, f"{PROPERTY} in this file")):
        return zone
    if zone := _beside(source):
        return zone
    if not _STORE.search(source.path):
        return zones.UNKNOWN
    if end is not None and _STAMP.search(source.path) and _is_later(survey, end):
        return _NOT_UTC
    return _UTC


def _beside(source: Source) -> Zone | None:
    """The zone in a device property, if the evidence has it beside the log or its archive."""
    outer = source.path.split("!/")
    for depth in range(len(outer), 0, -1):
        path = "!/".join(outer[:depth])
        found = _HOME.search(path)
        if found is None:
            continue
        up = "../" * path[found.start() + 1 if path[found.start()] == "/" else 0 :].count("/")
        for name in (f"property/{PROPERTY}", "property/persistent_properties"):
            beside = replace(source, path=path).beside(up + name)
            value = value_in(beside, PROPERTY) if beside is not None else None
            if beside is not None and value and (zone := zones.named(value, f"{beside.path} in the evidence")):
                return zone
    return None


def _is_later(survey: Survey, end: datetime) -> bool:
    """Whether the last line, read as UTC, is later than the log's end."""
    if not survey.walls:
        return False
    last = yearless.at(survey.written[-1] or end.year, survey.walls[-1])
    return last is not None and _SLACK < last - end < timedelta(days=1)
