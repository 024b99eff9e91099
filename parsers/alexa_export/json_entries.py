"""Other JSON in a "Request My Data" export of an Alexa account: each entry as it is.

References:
    glen-w/data_dumps: that an export holds JSON beside its tables, in folders with the name Alexa.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import ClassVar

from parsers.alexa_api.answers.further_times import MAX_TIMES, TimeSearch
from parsers.alexa_api.items.body import Places, Tokens
from parsers.alexa_api.items.json_text import start_of
from parsers.alexa_api.items.loaded_json import load
from parsers.alexa_export.row import UNKNOWN_TYPE
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.values import Keeper, shown

#: The most entries that are read.
MAX_ENTRIES = 100_000
#: Folders of an export; a folder called Alexa by itself may be a person's.
_FOLDER = re.compile(
    r"(?:Amazon|Data)[^/\\]{0,80}[/\\]Alexa[^/\\]{0,80}[/\\]|(?:^|[/\\])Alexa(?: and Echo Devices)?\.[A-Z]"
)
#: A time with a zone, or one in milliseconds under a name of a time.
_TIMED = re.compile(
    rb'"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)"'
    rb'|"\w{0,40}(?:[Tt]ime|[Dd]ate)\w{0,40}"\s{0,8}:\s{0,8}"?1[2-9]\d{11}\b',
    re.ASCII,
)
_SERIALS = ("deviceSerialNumber", "serialNumber", "dsn")
_MOST_SHOWN = 6
UNKNOWN = (
    "The JSON of the export is not known: its entries are shown as they are, and what their times are of is not known."
)


@register
class AlexaExportJson(Parser):
    """Reads the entries, one record per entry."""

    name: ClassVar[str] = "alexa_export_json"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("alexa",)
    text_only: ClassVar[bool] = True
    last_resort: ClassVar[int] = 2
    about: ClassVar[About] = About(
        title='Other JSON in a "Request My Data" export of an Alexa account',
        data_types=(UNKNOWN_TYPE,),
        known_by=(
            "no other parser claims the file, it is in a folder of an export (Additional Data/Alexa, Alexa.Reminders),"
            " its name ends in .json, and it holds a time with a zone, or in milliseconds under a name of a time",
        ),
        shows="That the file holds this entry.",
        does_not_show="What the entry means, or that it is the service's: only the path names Alexa.",
        validated_on=("Made files only.",),
        limits=(
            "No export of a real account was at hand.",
            f"At most {MAX_ENTRIES} entries, and {MAX_TIMES} times of an entry.",
        ),
        references=("https://github.com/glen-w/data_dumps",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path is one of an export, and the head is JSON with a time."""
        if not source.name.lower().endswith(".json") or not _FOLDER.search(source.path):
            return False
        start = start_of(source.head)
        return start is not None and _TIMED.search(source.head, start) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield an issue that says that the file is not known, then a record for each entry."""
        loaded = load(source)
        yield from loaded.issues
        entries = _entries(loaded.value, ())
        first = list(islice(entries, MAX_ENTRIES))
        if not first:
            yield Issue("Objects were expected.", loaded.places.record(()))
            return
        yield Issue(UNKNOWN)
        for tokens, entry in first:
            yield _record(source.name, tokens, entry, loaded.places)
        if more := next(entries, None):
            yield Issue(
                f"The file has more than {MAX_ENTRIES} entries; no more were read.", loaded.places.record(more[0])
            )


def _entries(value: object, tokens: Tokens) -> Iterator[tuple[Tokens, Mapping[str, object]]]:
    """The objects of the lists at the top; the whole object if it has none."""
    if isinstance(value, list):
        for at, inner in enumerate(value):
            if isinstance(inner, dict):
                yield (*tokens, at), inner
    elif isinstance(value, dict):
        lists = {name: inner for name, inner in value.items() if isinstance(inner, list) and _has_object(inner)}
        for name, inner in lists.items():
            yield from _entries(inner, (*tokens, name))
        rest = {name: inner for name, inner in value.items() if name not in lists}
        if rest:
            yield tokens, rest


def _has_object(values: list[object]) -> bool:
    return any(isinstance(each, dict) for each in values)


def _record(name: str, tokens: Tokens, entry: Mapping[str, object], places: Places) -> Record:
    search = TimeSearch(entry, ())
    timestamps = search.timestamps()
    plain = [(key, value) for key, value in entry.items() if not isinstance(value, (dict, list)) and value is not None]
    given = ", ".join(f'{shown(key, 60)} "{shown(value, 60) or ""}"' for key, value in plain[:_MOST_SHOWN])
    more = f" and {len(plain) - _MOST_SHOWN} more" if len(plain) > _MOST_SHOWN else ""
    serial = next((entry[key] for key in _SERIALS if isinstance(entry.get(key), str)), None)
    fields = Keeper().fields(entry)
    return Record(
        data_type=UNKNOWN_TYPE,
        message=f'An entry of the file "{shown(name, 100) or ""}" gives {given or "no plain value"}{more}.',
        locator=places.record(tokens),
        timestamps=timestamps,
        device_serial=serial if isinstance(serial, str) and 0 < len(serial) <= 100 else None,
        fields={**fields, "further_times": f"more than {MAX_TIMES}"} if search.cut else fields,
    )
