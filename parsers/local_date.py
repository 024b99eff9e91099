"""Times as spreadsheets, programs and people write them in one country or another, where ISO 8601 was expected.

A date of digits with slashes is read only if it can mean one day: with AM or PM the month comes first, a number above
twelve is a day. Any other is left as it is.

References:
    Unicode CLDR (dates of en-US, en-GB, de, ja); RFC 5322, section 3.3; java.util.Date.toString.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "january february march april may june july august september october november december",
        "jan feb mär apr mai jun jul aug sep okt nov dez",
    )
    for number, name in enumerate(names.split(), 1)
}
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = r"(?:\s?(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d:?\d\d|UTC|GMT|[A-Z]{2,5}))?"
_JOIN = r"(?:,?\s+|,\s*)(?:(?:at|um)\s+)?"
_NAME = r"(?P<name>[A-Za-zä]{3,9})\.?"
_DAY_NAME = r"(?:[A-Za-z]{2,9}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<first>\d{{1,2}})/(?P<other>\d{{1,2}})/(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"{_DAY_NAME}{_NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})\.?[\s-]+{_NAME}[\s-]+(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"[A-Z][a-z]{{2}} {_NAME}\s+(?P<day>\d{{1,2}}) {_CLOCK}{_ZONE} (?P<year>\d{{4}})",
    )
)
_NO_HALF_AFTER = 12


def read(value: str) -> datetime:
    """Read a time; without a zone if none is written, or one of letters other than UTC and GMT.

    Raises:
        ValueError: it has none of the forms, can mean two days, or is no date.
    """
    text = value.strip()
    if re.fullmatch(r"1\d{12}", text, re.ASCII):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
    found = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if found is None:
        raise ValueError("not a time of a known form")
    given = found.groupdict()
    month, day = _date(given)
    hour = int(given["hour"])
    if given["half"]:
        if not 1 <= hour <= _NO_HALF_AFTER:
            raise ValueError("not an hour of half a day")
        hour = hour % 12 + (12 if given["half"] in "pP" else 0)
    micro = int((given["part"] or "").ljust(6, "0")[:6])
    when = datetime(int(given["year"]), month, day, hour, int(given["minute"]), int(given["second"] or 0), micro)
    return when.replace(tzinfo=_zone(given["zone"] or ""))


def _date(given: dict[str, str]) -> tuple[int, int]:
    """The month and the day."""
    if name := given.get("name"):
        if name.lower() not in _MONTHS:
            raise ValueError("not the name of a month")
        return _MONTHS[name.lower()], int(given["day"])
    if "first" not in given or given["first"] is None:
        return int(given["month"]), int(given["day"])
    first, other = int(given["first"]), int(given["other"])
    if given["half"] or other > 12 or first == other:
        return first, other
    if first > 12:
        return other, first
    raise ValueError("the day and the month cannot be told apart")


def _zone(text: str) -> timezone | None:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)", text)
    if offset is None:
        return None
    delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return timezone(-delta if offset[1] == "-" else delta)
