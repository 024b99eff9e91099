"""An answer as a whole: when it was requested, whether more pages follow, and times outside its entries.

References:
    The names of the tokens that lead to the next page: Apollon77/alexa-remote and chemelli74/aioamazondevices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parsers.alexa_api.answers.further_times import MAX_TIMES, MAX_VALUES, TimeSearch
from parsers.alexa_api.items.body import Body
from parsers.parser import About
from parsers.record import Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds, iso
from parsers.values import Keeper, shown

NAME = "alexa_page"
VERSION = "3"
DATA_TYPE = "alexa:cloud:page"
ABOUT = About(
    title="Answers of the Alexa service, each as a whole",
    data_types=(DATA_TYPE,),
    known_by=("an address of the Alexa service, or the form of its answers",),
    shows=(
        "That this answer of the service was held, when a client asked for it where its address says so, and that"
        " the service had more to give where it names a further page."
    ),
    does_not_show=(
        "That a list is whole where no further page is named: entries can have been deleted, and a client can ask for"
        " a part. What a time is of whose name nobody has described."
    ),
    limits=(f"At most {MAX_TIMES} further times, among {MAX_VALUES} values.",),
    references=("https://github.com/Apollon77/alexa-remote", "https://github.com/chemelli74/aioamazondevices"),
)
#: Members that, if not empty, lead to the next page.
_TOKENS = frozenset(
    ("encodedRequestToken", "paginationToken", "nextToken", "nextPageToken", "nextRequestToken", "continuationToken")
)
_FURTHER = "It names a further page ({}): this page is not the last; the next page is not in this answer."
#: Lists whose answer names the period that it covers, and the members that do so. They are times of no event.
_LISTS = ("activities", "customerHistoryRecords")
_PERIOD = {"startDate": "from", "endDate": "to", "lastRecordTimestamp": "its last record is of"}
_COVERS = "It says of itself: {}."
_NO_DATA = "noDataFoundWithinTimeLimit"
_CUT = f"The answer holds more values or times than are looked through ({MAX_VALUES} and {MAX_TIMES})."


@dataclass(slots=True)
class AnyPage:
    """What has been read from an answer so far.

    Attributes:
        records: the number of records.
        instants: the timestamps found so far.
        streams: the UUIDs of the utterances named so far.
    """

    records: int = 0
    instants: set[int | None] = field(default_factory=set)
    streams: set[str] = field(default_factory=set)

    def add(self, record: Record, streams: frozenset[str]) -> None:
        """Count a record, which names these utterances."""
        self.records += 1
        self.instants.update([timestamp.timestamp for timestamp in record.timestamps])
        self.streams |= streams

    def rest(self, body: Body, asked: Timestamp | None) -> tuple[Record | None, Issue | None]:
        """The record of the whole answer, if it states anything, and an issue if part of it was not searched."""
        period = _period(body.value) if self.records else {}
        value = body.value
        if period and isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key not in period}
        search = TimeSearch(value, self.instants, self.streams)
        timestamps = search.timestamps()
        if asked and not body.timestamps and asked.timestamp not in self.instants:
            timestamps = (asked, *timestamps)
        issue = Issue(_CUT, body.places.record(())) if search.cut else None
        remarks = statements(body.value)
        if any(instant not in self.instants for instant, _ in period.values()):
            remarks.append(_COVERS.format(", ".join(f"{word} {iso(instant)}" for instant, word in period.values())))
        if not timestamps and not remarks:
            return None, issue
        address = f" to {body.url.plain_path}" if body.url else ""
        count = f"{self.records} record{'' if self.records == 1 else 's'}"
        parts = [f"The evidence holds an answer of the Alexa service{address}; {count} were read from it."]
        if self.records == 1:
            parts = [parts[0].replace(" were ", " was ")]
        parts += remarks
        if any(timestamp is not asked for timestamp in timestamps):
            parts.append("Beside what was read it holds times that have no description.")
        record = Record(DATA_TYPE, " ".join(parts), body.places.record(()), timestamps, fields=_plain(body.value))
        return record, issue


def statements(value: object) -> list[str]:
    """What an answer states about itself, one sentence per fact."""
    sentences = []
    for holder in _holders(value):
        tokens = [key for key, inner in holder.items() if key in _TOKENS and isinstance(inner, str) and inner]
        sentences += [_FURTHER.format(key) for key in tokens]
        if holder.get(_NO_DATA) is True:
            sentences.append(f"The service says that it found no data within its limit of time ({_NO_DATA}).")
    return list(dict.fromkeys(sentences))


def _period(value: object) -> dict[str, tuple[int, str]]:
    """The period that an answer says it covers: each member's instant, and what it is."""
    if not isinstance(value, dict) or not any(name in value for name in _LISTS):
        return {}
    instants = ((name, from_milliseconds(value.get(name)), word) for name, word in _PERIOD.items())
    return {name: (instant, word) for name, instant, word in instants if instant is not None}


def _holders(value: object) -> list[Mapping[str, object]]:
    """The answer and the objects directly in it."""
    if not isinstance(value, dict):
        return []
    return [value, *(inner for inner in value.values() if isinstance(inner, dict))]


def _may_be_json(value: object) -> bool:
    """Whether a text may be JSON, which is read elsewhere."""
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def _plain(value: object) -> dict[str, Value]:
    """The members of an answer other than lists, objects and texts that may hold JSON."""
    if not isinstance(value, dict):
        return {}
    kept = {
        key: inner for key, inner in value.items() if not isinstance(inner, (list, dict)) and not _may_be_json(inner)
    }
    return Keeper().fields({key: shown(inner) if isinstance(inner, str) else inner for key, inner in kept.items()})
