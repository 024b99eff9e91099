"""Selects and formats the PDF's timeline rows, and attaches the same rows as JSON Lines."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import count, rows
from echoforensics.export import jsonl
from echoforensics.report.markup import local, number, utc
from echoforensics.report.words.vocabulary import CLOCK_NAMES, STATES, TIMES, kind_words
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.exhibits.row import Row
    from echoforensics.report.sections.context import ReportContext

#: The most rows to show: they take about 20 MB, and 3 GB of memory during typesetting.
MOST_ROWS = 20_000

Cells = list[list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ShownRows:
    """The timeline rows in the PDF.

    Attributes:
        rows: the rows in order.
        asked: how many rows were requested.
        whole: how many rows the case has.
        filtered: whether filters were given.
        chosen: whether rows were selected because there are too many: those of interactions and recordings.
    """

    rows: tuple[Row, ...]
    asked: int
    whole: int
    filtered: bool
    chosen: bool

    @classmethod
    def of(
        cls, context: ReportContext, query: Query, exhibits: frozenset[str] | None = None, most: int = MOST_ROWS
    ) -> ShownRows:
        """Select the requested rows; if there are more than ``most``, those of interactions or with a recording.

        Args:
            context: the case.
            query: selects the rows.
            exhibits: exhibits to restrict them to; None for no such restriction.
            most: the most rows to show.
        """
        store = context.case.store
        whole = count(store)
        if exhibits is None:
            asked = count(store, query)
        else:
            asked = sum(row["exhibit"] in exhibits for row in rows(store, query))
        found = (row for row in rows(store, query) if exhibits is None or row["exhibit"] in exhibits)
        filtered, chosen = query != Query() or exhibits is not None, asked > most
        wanted = (row for row in found if row["interaction"] or row["recording"]) if chosen else found
        shown = tuple(islice(wanted, most))
        if filtered:
            held = {row["exhibit"] for row in shown}
            for row in shown:
                row["corroborated_by"] = [name for name in row["corroborated_by"] if name in held]
        return cls(shown, asked, whole, filtered, chosen)

    @property
    def is_part(self) -> bool:
        """Whether some of the case's rows are not shown."""
        return len(self.rows) < self.whole

    def as_jsonl(self) -> bytes:
        """Return the rows as ``timeline -f jsonl`` writes them."""
        stream = io.StringIO()
        jsonl.write(self.rows, stream)
        return stream.getvalue().encode()

    def intro(self, context: ReportContext, attached: bytes) -> Iterator[str]:
        """Yield the text before the rows: which rows they are, and what is attached."""
        say = context.words.text
        shown, whole = number(len(self.rows)), number(self.whole)
        if not self.is_part:
            yield say("Every row of the case is here: {shown}.", shown=shown)
        elif not self.chosen:
            yield say(
                "THIS IS A PART: the {shown} rows that were asked for, of {whole}. The others are not in it.",
                shown=shown, whole=whole,
            )  # fmt: skip
        else:
            yield say(
                "THIS IS A PART: {shown} of the {asked} rows that were asked for, of {whole} in the case. As there are"
                " more than a document can show, it has those of interactions and those with a recording, from the"
                " first on. The whole timeline: echoforensics timeline CASE.",
                shown=shown, asked=number(self.asked), whole=whole,
            )  # fmt: skip
        yield say(
            "These rows are attached to this document as timeline.jsonl, with every column, among them the SHA-256 of"
            " the file that each comes from. SHA-256 of the attached file:"
        )
        yield hashlib.sha256(attached).hexdigest()

    def cells(self, context: ReportContext) -> list[Cells]:
        """Return each row as table cells, in runs."""
        return [_cells(row, context) for row in self.rows]


def head(context: ReportContext) -> tuple[str, ...]:
    """Return the names of the table's columns."""
    say = context.words.text
    return say("Exhibit"), say("Time"), say("What the record says"), say("Source")


def _cells(row: Row, context: ReportContext) -> Cells:
    """Format a row in few runs: each run costs as much to typeset as a separate word. A line feed ends a line."""
    say = context.words.text
    first = [("own", f"{row['exhibit']}\n{row['interaction']}" if row["interaction"] else row["exhibit"])]
    if row["state"] != "live":
        first.append(("strong", f"\n{say(STATES.get(row['state'], row['state']))}"))
    where = f"{row['evidence']}: {row['path']}" if row["path"] else row["evidence"]
    source = [
        ("strong", f"{kind_words(row['data_type'], context.words)}\n"),
        ("evidence", where),
        ("code", "\n" + " · ".join(filter(None, (row["locator"], f"{row['parser']} {row['parser_version']}")))),
    ]
    return [first, _time(row, context), [("own", row["message"])], source]


def _time(row: Row, context: ReportContext) -> list[tuple[str, str]]:
    say = context.words.text
    clock = say(CLOCK_NAMES.get(row["clock"], row["clock"]))
    what = f"\n{say(TIMES.get(row['timestamp_desc'], row['timestamp_desc']))} · {clock}"
    if row["datetime"] is None:
        if not row["recorded_time"]:
            return [("own", say("no time"))]
        return [("own", f"{say('time zone unknown: recorded as')} "), ("evidence", row["recorded_time"]), ("own", what)]
    shown = utc(row["datetime"])
    if context.zone is not None:
        shown += f"\n{local(local_time(row['timestamp'], context.zone), context.zone.key)}"
    return [("own", shown + what)]
