"""A row of a timeline as plaso keeps it: one event data, with one time or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dfdatetime.posix_time import PosixTimeInMicroseconds
from plaso.containers.events import EventData

from echoforensics.case.text import storable
from echoforensics.plaso_plugin.definitions import UNDECLARED, data_types
from echoforensics.plaso_plugin.vocabulary import (
    NAME,
    TIME_DESCRIPTION,
    UNKNOWN,
    VALUES,
    WORDS,
    time_attribute,
)
from echoforensics.timeline.timestamps import NO_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping


class AlexaEventData(EventData):
    """Alexa or Echo event data. Its attributes are those of a row (see :data:`vocabulary.VALUES`)."""

    DATA_TYPE = "alexa"


def event_data(row: Mapping[str, Any]) -> AlexaEventData:
    """The event data of a row.

    The timeliner makes one event of it: at the row's time, or, where that is unknown in UTC, one that is
    "Not a time", whose attributes ``recorded_time`` and ``time_description`` say what was recorded.

    Args:
        row: a row's columns by name; ``timestamp`` is in microseconds since 1970 UTC, or None. Text may hold lone
            surrogates, which are written out.
    """
    known = row["data_type"] in data_types()
    made = AlexaEventData(data_type=row["data_type"] if known else UNDECLARED)
    if not known:
        made.declared_as = storable(row["data_type"])
    # A row is never merged with another: its record and place are in the hash by which plaso drops repeats.
    for name in VALUES:
        if (value := _storable(row.get(name))) is not None:
            setattr(made, name, value)
    description, timestamp = row["timestamp_desc"], row["timestamp"]
    if timestamp is not None:
        word = description if description in WORDS else UNKNOWN
        setattr(made, time_attribute(word), PosixTimeInMicroseconds(timestamp=timestamp))
        if word != description:
            setattr(made, TIME_DESCRIPTION, storable(description))
    elif description != NO_TIME:
        setattr(made, TIME_DESCRIPTION, storable(description))
    return made


def parser_chain(parser: str) -> str:
    """How plaso names the parser of an event: ``echoforensics/cloud_activity``."""
    return f"{NAME}/{parser}"


def _storable(value: Any) -> Any:
    """A value that plaso can keep; None for nothing."""
    if not value:
        return None
    return storable(value) if isinstance(value, str) else value
