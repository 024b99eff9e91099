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
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "januari februari maart april mei juni juli augustus september oktober november december",
    )
    for number, name in enumerate(names.split(), 1)
}
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = r"(?:\s?(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d:?\d\d|(?:UTC|GMT)[+-]\d{1,2}|UTC|GMT|[A-Z]{2,5}))?"
_JOIN = r"(?:,?\s+|,\s*)(?:(?:at|um|à|às|a las|alle|om)\s+)?"
_NAME = r"(?P<name>[A-Za-zäçéû]{3,10})\.?"
_DAY_NAME = r"(?:[A-Za-zàáçìéã-]{2,13}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<first>\d{{1,2}})/(?P<other>\d{{1,2}})/(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"{_DAY_NAME}{_NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})\.?[\s-]+{_NAME}[\s-]+(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})\s+de\s+{_NAME}\s+de\s+(?P<year>\d{{4}}){_JOIN}{_CLOCK}{_ZONE}",
        rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日(?:\(?.曜?日?\)?)?\s*{_CLOCK}{_ZONE}",
        rf"[A-Z][a-z]{{2}} {_NAME}\s+(?P<day>\d{{1,2}}) {_CLOCK}{_ZONE} (?P<year>\d{{4}})",
    )
)
_NO_HALF_AFTER = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: ISO 8601 at the end of a day, and with a leap second.
_EDGE = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](?:(24:00(?::00(?:[.,]0{1,9})?)?)|(\d\d:\d\d):60(?:[.,]\d{1,9})?)"
    r"(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
#: Units by the number of digits that a time of our years has in them: microseconds for each (nanoseconds and Windows'
#: ticks are fractions of one), and those from 1970 to where the count begins.
_UNITS = {
    10: (1, 1_000_000, 0, "seconds"),
    13: (1, 1000, 0, "milliseconds"),
    16: (1, 1, 0, "microseconds"),
    18: (10, 1, -11_644_473_600_000_000, "hundreds of nanoseconds since 1601"),
    19: (1000, 1, 0, "nanoseconds"),
}
#: 2010-01-01 and 2100-01-01.
_FIRST, _LAST = 1_262_304_000_000_000, 4_102_444_800_000_000


def of_number(text: str) -> tuple[int, str] | None:
    """Read a number as a time, by the only unit in which it is one of 2010 to 2100.

    Args:
        text: the number's digits.

    Returns:
        The microseconds since 1970, and the unit in words; None if it is no time in any unit.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) not in _UNITS:
        return None
    divisor, factor, beginning, unit = _UNITS[len(text)]
    timestamp = int(text) * factor // divisor + beginning
    return (timestamp, unit) if _FIRST <= timestamp <= _LAST else None


def read(value: str) -> datetime:
    """Read a time; without a zone if none is written, or one of letters other than UTC and GMT.

    Raises:
        ValueError: it has none of the forms, can mean two days, or is no date.
    """
    text = value.strip()
    if (counted := of_number(text)) is not None:
        return _EPOCH + timedelta(microseconds=counted[0])
    if edge := _EDGE.fullmatch(text):
        return _after_edge(edge)
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


def _after_edge(edge: re.Match[str]) -> datetime:
    """The instant that the end of a day, or a leap second, leads to. Raises ValueError if it is no date."""
    zone = _zone((edge[4] or "").replace("Z", "UTC"))
    if edge[2]:
        return datetime.fromisoformat(edge[1]).replace(tzinfo=zone) + timedelta(days=1)
    return datetime.fromisoformat(f"{edge[1]}T{edge[3]}:59").replace(tzinfo=zone) + timedelta(seconds=1)


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
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", text)
    if offset is None:
        return None
    delta = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-delta if offset[1] == "-" else delta)
