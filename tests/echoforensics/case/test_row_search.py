"""A text is found wherever it is in a row, whether few rows can hold it or many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits import row_search
from echoforensics.case.exhibits.row import Query
from echoforensics.case.exhibits.row_search import SEARCHED
from echoforensics.case.row_query import count, rows, rows_by_file


@pytest.fixture(params=[row_search._FEW, -1], ids=["narrowed", "in order"])
def case(sealed: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setattr(row_search, "_FEW", request.param)
    with Case.open(sealed.path) as opened:
        yield opened


def _found(case: Case, text: str) -> list[str]:
    return [row["exhibit"] for row in rows(case.store, Query(search=text))]


def test_every_text_of_a_row_leads_to_it(case: Case) -> None:
    texts = set()
    for row in islice(rows_by_file(case.store), 0, None, 5):
        for column in SEARCHED:
            if value := str(row[column] or ""):  # type: ignore[literal-required]
                part = value[len(value) // 3 :][:40]
                texts.add((column, part))
                assert row["exhibit"] in _found(case, part), (column, part)
    assert {column for column, _ in texts} >= set(SEARCHED) - {"account", "person", "recorded_time"}


def test_what_is_found_is_what_the_rows_hold(case: Case) -> None:
    everything = list(rows_by_file(case.store))
    for text in (
        "lights",
        "ALEXA",
        "EF-00000",
        "ef-0000012",
        "0001",
        "1d4c2a70-5b1e-4f0a",
        ".wav",
        "zip",
        "at",
        "-",
        "€",
    ):
        held = {
            row["exhibit"]
            for row in everything
            if any(text.lower() in str(row[column] or "").lower() for column in SEARCHED)  # type: ignore[literal-required]
        }
        assert set(_found(case, text)) == held, text
        assert count(case.store, Query(search=text)) == len(held)


def test_a_recording_is_found_by_the_utterance_id_that_was_joined_to_it(case: Case) -> None:
    (recording,) = [
        row
        for row in rows(case.store, Query(types=("recording",)))
        if row["path"].endswith("1.wav") and row["utterance_id"]
    ][:1]
    assert recording["utterance_id"] is not None
    assert recording["exhibit"] in _found(case, recording["utterance_id"])
    assert recording["exhibit"] in _found(case, recording["utterance_id"].partition(".")[2].upper()[5:30])


def test_a_record_is_found_by_how_its_id_begins(case: Case) -> None:
    row = next(iter(rows(case.store)))
    for text in (row["record"], row["record"].upper(), row["record"][:12]):
        assert row["exhibit"] in _found(case, text)
    assert _found(case, "REC-") == [row["exhibit"] for row in rows(case.store)]
    assert _found(case, "REC-xyz") == []


def test_a_text_may_run_on_from_the_message_into_what_a_row_adds_to_it(case: Case) -> None:
    (row,) = islice((row for row in rows(case.store) if " The same bytes lie at " in row["message"]), 1)
    start = row["message"].index(" The same bytes lie at ")
    for text in (row["message"][start - 8 : start + 10], row["message"][start - 8 : start + 1]):
        assert row["exhibit"] in _found(case, text)


def test_texts_that_no_row_holds(case: Case) -> None:
    for text in (
        "qqq",
        "zzzzzz",
        '"""',
        "EF-9999999",
        "99999999999999999999",
        "\U0001f600\U0001f600\U0001f600",
        "%%%",
        "\\",
    ):
        held = [row["exhibit"] for row in rows_by_file(case.store) if text in json.dumps(row, ensure_ascii=False)]
        assert set(_found(case, text)) <= set(held), text


def test_exhibits_are_gone_through_only_for_a_kind_that_holds_the_text(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        asked: list[str] = []
        case.store.db.set_trace_callback(asked.append)
        for text, scans in (("no such text", 0), ("Recorded Ti", 1), ("echo:log:wake", 1)):
            asked.clear()
            list(rows(case.store, Query(search=text)))
            assert (
                sum("FROM exhibits WHERE kind" in sql or "FROM exhibits WHERE time_kind" in sql for sql in asked)
                == scans
            )
