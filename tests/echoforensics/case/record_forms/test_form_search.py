"""A search finds the rows that hold a text, though the full-text index holds the values of records only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_state
from echoforensics.case.exhibits import row_search
from echoforensics.case.exhibits.row import FileRow, Query
from echoforensics.case.exhibits.row_search import SEARCHED
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.row_query import rows, rows_by_file
from echoforensics.case.store import Store
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp


def _records() -> Iterator[Record]:
    for number, words in enumerate(
        ("turn on the light", "stop", 'say "50%"', "what time is it", "", "wie spät ist es")
    ):
        yield Record(
            "alexa:cloud:export_utterance", f'The export records an utterance transcribed as "{words}".',
            f"line:{number}", fields={"Contact Name": "Ann Example", "Song": f"Song {number}", "Text": words},
            transcript=words,
            timestamps=(Timestamp("Creation Time", f"2024-03-09T00:0{number}:28Z", Clock.CLOUD, number),),
            parser="utterances", parser_version="1",
        )  # fmt: skip
        yield Record(
            "echo:state:alarm", f"The device keeps an alarm of 4.{number} s for client {number}-x. It is 100% set",
            f"row:{number}", device_serial=f"B0{number}", parser="alarms", parser_version="1",
            fields={"client": f"{number}-x", "row": number, "on": None, "provenance": "live", "tags": ["x", number]},
        )  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[FileRow]]]:
    path: Path = tmp_path_factory.mktemp("searched") / "case.db"
    with closing(Store(path, create=True, write=True)) as store:
        evidence = add_evidence(store, "phone", Path("/phone"), "folder", [], Opening())
        set_state(store, evidence, EvidenceState.EXTRACTED)
        for remark in ("", " It was deleted."):
            new = NewEntry(
                evidence_id=evidence, path=f"a{remark}.csv", addresses=(remark,), kind="file", state="allocated",
                note="", times={}, size=1, sha256=f"5a{len(remark)}", artefact=True, mode=None, read_by=(),
                remark=remark, parsed=True,
            )  # fmt: skip
            entry = add_entry(store, new)
            found = [prepare(record, new.sha256 or "", 0, evidence, n) for n, record in enumerate(_records())]
            add_prepared(store, entry, entry, found)
        number_rows(store)
        yield store, list(rows_by_file(store))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_found_is_what_the_rows_hold(case: tuple[Store, list[FileRow]], data: st.DataObject) -> None:
    store, everything = case
    row = data.draw(st.sampled_from(everything))
    column = data.draw(st.sampled_from(["message", "fields", *SEARCHED]))
    whole = str(row[column] or "-")  # type: ignore[literal-required]
    start = data.draw(st.integers(0, len(whole) - 1))
    text = whole[start : start + data.draw(st.integers(1, 30))] + data.draw(
        st.sampled_from(["", "", "", ".", " ", "x"])
    )
    text = data.draw(st.sampled_from([text, text.upper(), text.lower()]))

    found = [row["exhibit"] for row in rows(store, Query(search=text))]

    held = {
        row["exhibit"]
        for row in everything
        if any(text.casefold() in str(row[name] or "").casefold() for name in SEARCHED)  # type: ignore[literal-required]
    }
    assert set(found) == held, text
    assert len(found) == len(held)


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [("what time", 2), ("Ann Example", 12), ("5-x.", 2), ("Song 3", 2), ("2024-03-09T00:03", 2), ('the light".', 2)],
)
def test_few_records_are_read_where_a_text_is_in_few(
    case: tuple[Store, list[FileRow]], text: str, narrowed: int
) -> None:
    records = row_search._records(case[0], text)
    assert records is not None
    assert len(records) == narrowed


def test_what_forms_add_leads_to_all_their_records(case: tuple[Store, list[FileRow]]) -> None:
    for text in ("transcribed as", '"Contact Name": "Ann', "100% set", "s for client"):
        assert len(row_search._records(case[0], text) or ()) == 12, text
