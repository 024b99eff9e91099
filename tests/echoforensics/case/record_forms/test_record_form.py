"""A record is split into a form and values, from which its message and fields are made again, byte for byte."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.case.record_forms import form_table, known_form
from echoforensics.case.record_forms.form_table import form_number, remove_unused_forms, rewrite_record
from echoforensics.case.record_forms.known_form import split_all
from echoforensics.case.record_forms.record_form import (
    MESSAGE_RUNS,
    OWN,
    SHARED,
    VALUES,
    SharedForm,
    is_form,
    json_text,
    made,
    split,
    split_texts,
    with_nulls,
)  # fmt: skip
from echoforensics.case.schema import SCHEMA
from echoforensics.case.store import Store

NONE: list[str | None] = [None] * len(SHARED)
_WORDS = ["the list", "Kitchen", "%s", "100%", '"', "\\", "\n", "\0", "-2.5", "€", "\U0010ff01", "5", "live", "a", ""]
_SHARED_WORDS = [word for word in _WORDS if word] + ["stop 4"]
_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(_WORDS), st.sampled_from(_SHARED_WORDS), st.integers(-9, 99), st.none(), st.booleans(),
    st.floats(allow_nan=False), st.lists(st.sampled_from(_WORDS), max_size=2), st.text(max_size=6),
)  # fmt: skip
_FIELDS = st.dictionaries(st.sampled_from(["a", "provenance", "50%", 'q"', *"bcdefghijklmnop"]), _VALUES, max_size=16)
_PIECES = st.lists(st.sampled_from([*_WORDS, " of ", " at 10:05:03 ", ", ", "."]), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.executescript(SCHEMA)
        opened.execute("PRAGMA trusted_schema = OFF")
        yield opened


def _read(db: sqlite3.Connection, form: SharedForm, values: tuple[str | None, ...]) -> tuple[str, str]:
    db.execute("INSERT OR REPLACE INTO forms VALUES (1, 1, ?, ?, ?)", form)
    marks = ", ?" * len(VALUES)
    db.execute(f"INSERT OR REPLACE INTO record_values VALUES (1, x'00', 1, 1, ''{marks})", values)
    found: tuple[str, str] = db.execute("SELECT message, fields FROM records").fetchone()
    return found


def _known(message: str, shared: list[str | None], fields: dict[str, Any]) -> tuple[SharedForm, tuple[str | None, ...]]:
    ((form, columns, values),) = split_all([(message, shared, fields)])
    return SharedForm(*form), with_nulls(columns, values)


@settings(max_examples=60, deadline=None)
@given(pieces=_PIECES, fields=_FIELDS, data=st.data())
def test_what_is_read_is_what_was_written(
    db: sqlite3.Connection, pieces: list[str], fields: dict[str, Any], data: st.DataObject
) -> None:
    texts = [str(value) for value in fields.values() if isinstance(value, str | int)] or [""]
    inserted = data.draw(st.lists(st.sampled_from([*texts, *pieces]), max_size=6))
    message = "".join(data.draw(st.permutations([*pieces, *inserted]))).encode("utf-8", "replace").decode()
    shared = [data.draw(st.sampled_from([None, *_SHARED_WORDS])) for _ in SHARED]

    form, values = split(message, shared, fields)

    assert len(values) == len(VALUES)
    assert list(values[: len(SHARED)]) == shared
    assert made(form, values) == (message, json_text(fields))
    assert _read(db, form, values) == (message, json_text(fields))
    provenance = json.loads(json_text(fields)).get("provenance")
    assert (form.state == "live") == (provenance is None or str(provenance).lower().startswith("live"))
    for known in range(2):
        assert _known(message, shared, fields) == (form, values), known


@settings(max_examples=60, deadline=None)
@given(
    records=st.lists(
        st.tuples(
            st.sampled_from(["It rang.", "The list of a.", "The list of the list, 5.", "100% of Kitchen at 5.", "a\0"]),
            st.sampled_from([NONE, ["a", *NONE[1:]], ["", *NONE[1:]], [*NONE[1:], "Kitchen"], ["\0", *NONE[1:]]]),
            st.fixed_dictionaries({"n": _VALUES, "provenance": st.sampled_from(["live", "deleted", None])}),
        ),
        max_size=12,
    )
)
def test_many_records_are_split_as_each_alone(
    records: list[tuple[str, list[str | None], dict[str, Any]]],
) -> None:
    found = [(form, with_nulls(columns, values)) for form, columns, values in split_all(records)]

    assert found == [split(*record) for record in records]


def test_records_of_one_kind_have_one_form() -> None:
    known_form._known.clear()
    forms = {
        _known(
            f'The device keeps an entry of type "ALARM" for "client {number}", with the id {number:08}-alarm.',
            NONE,
            {"client": f"client {number}", "id": f"{number:08}-alarm", "row": number, "type": "ALARM", "on": None},
        )[0]
        for number in range(1, 2000, 7)
    }
    ((message, fields, state),) = forms
    assert message is not None
    assert (message.replace("%.0s", ""), state) == (
        'The device keeps an entry of type "%s" for "%s", with the id %s.', "live"
    )  # fmt: skip
    assert fields is not None
    assert fields.replace("%.0s", "") == '{"client": "%s", "id": "%s", "on": null, "row": %s, "type": "%s"}'


def test_a_number_that_is_in_no_field_is_a_value_too() -> None:
    first = _known("A recording of 4.860 s (WAV), well formed.", NONE, {"container": "WAV"})
    second = _known("A recording of 12.1 s (WAV), well formed.", NONE, {"container": "WAV"})
    assert first[0] == second[0]
    assert second[1][len(SHARED) : len(SHARED) + 2] == ("12.1", "WAV")


def test_a_value_within_a_longer_word_is_told_from_one_that_is_a_word() -> None:
    known_form._known.clear()
    fields = {"channels": 1}
    first = _known("A recording of 0.153 s, mono.", NONE, fields)
    assert _known("A recording of 0.415 s, mono.", NONE, fields)[0] == first[0]
    for message in ("A recording of 1.575 s, mono.", "A recording of 0.1 s, mono."):
        assert _known(message, NONE, fields) == split(message, NONE, fields)


_PRINTED = (
    "1",
    "2",
    "12",
    "0.1",
    "1.5",
    "0.153",
    "1.575",
    "-2",
    "-2.5",
    "a1",
    "ab",
    "WAV",
    "16000",
    "x_1",
    "1:2",
    "v1.2",
)
_GIVEN: dict[str, tuple[Any, ...]] = {
    "integer": (1, 2, 12, -2, 16000), "fraction": (0.1, 1.5, -2.5, 1.575), "text": ("a1", "ab", "WAV", "1", "1.5"),
    "none": (None,),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_known_form_is_what_dividing_gives_whatever_came_before(seed: int) -> None:
    rng = random.Random(seed)
    known_form._known.clear()
    known_form._in_vain.clear()
    names = rng.sample(["channels", "rate", "score", "name"], rng.randint(1, 4))
    kinds = {name: rng.choice([*_GIVEN]) for name in names}
    parts = [(rng.choice((" is ", ", ", " (", ") ", "-", "; ")), rng.choice([*names, "", ""])) for _ in range(6)]
    records: list[known_form.Unsplit] = []
    for _ in range(40):
        fields = {name: rng.choice(_GIVEN[kind]) for name, kind in kinds.items()}
        words = [f"{between}{fields[name] if name else rng.choice(_PRINTED)}" for between, name in parts]
        records.append((f"R{''.join(words)}.", NONE, fields))
    for at in range(0, 40, 7):
        found = [(form, with_nulls(columns, values)) for form, columns, values in split_all(records[at : at + 7])]
        assert found == [split(*record) for record in records[at : at + 7]]


def test_a_value_within_another_one_does_not_keep_records_from_having_a_known_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known_form._known.clear()
    divided: list[object] = []
    divide = known_form._split

    def counted(record: known_form.Unsplit) -> known_form.Split:
        divided.append(record)
        return divide(record)

    monkeypatch.setattr(known_form, "_split", counted)
    for row in range(100, 130):
        fields = {"score": -2.5 - row % 3 / 10, "threshold": -2, "line": row}
        message = f"Line {row}: score {fields['score']}, threshold -2."
        assert _known(message, NONE, fields) == split(message, NONE, fields)
    assert len(divided) <= 2


def test_forms_that_are_never_met_again_are_seldom_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    known_form._known.clear()
    known_form._in_vain.clear()
    tried: list[Any] = []
    monkeypatch.setattr(known_form, "_remembered", lambda *given: tried.append(given))
    other = [(f"The record has {'a ' * number}word {number}.", NONE, {"number": number}) for number in range(1, 101)]

    assert [split_all([record]) for record in other] == [[known_form._split(record)] for record in other]
    assert 0 < len(tried) < 30

    tried.clear()
    split_all(other)
    assert tried, "of several at once, some are compared with each other in any case"


def test_more_fields_than_there_are_columns_end_in_one_value() -> None:
    fields = {f"field {number:02}": f"text {number}" for number in range(30)}
    form, values = split("Thirty fields.", NONE, fields)
    assert made(form, values) == ("Thirty fields.", json_text(fields))
    last = values[-1]
    assert last is not None
    assert last.startswith(f'"field {len(OWN) - 1:02}": "text')
    assert (form, values) == _known("Thirty fields.", NONE, fields)


def test_texts_that_are_not_as_we_write_them_are_kept_whole() -> None:
    for fields in ('{"b":1,"a":2}', "[1, 2]", '{"b": 1, "a": 2}'):
        form, values = split_texts("A message.", NONE, fields)
        assert (form.message, made(form, values)) == (None, ("A message.", fields))


def test_a_kind_of_many_forms_keeps_its_other_records_whole(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_table, "MOST_FORMS", 2)
    with closing(Store(tmp_path / "case.db", create=True, write=True)) as store:
        numbers = []
        for number, word in enumerate(("one", "two", "three", "four", "one"), 1):
            form, values = form_number(store, 7, *split(f"The word {word}.", NONE, {"n": number}))
            row = (number, bytes([number]), 7, form, "", *values)
            store.db.execute(f"INSERT INTO record_values VALUES ({', '.join('?' * len(row))})", row)
            numbers.append(form)
        assert numbers == [1, 2, 3, 3, 1]
        read = "SELECT message, fields FROM records ORDER BY number"
        assert store.db.execute(read).fetchall() == [
            (f"The word {word}.", f'{{"n": {number}}}')
            for number, word in enumerate(("one", "two", "three", "four", "one"), 1)
        ]
        rewrite_record(store, 2, "Something else.", NONE, "{}")
        remove_unused_forms(store)
        assert store.db.execute("SELECT count(*) FROM forms WHERE message LIKE '%two%'").fetchone() == (0,)
        assert ("Something else.", "{}") in store.db.execute(read).fetchall()


@pytest.mark.parametrize(
    ("message", "fields", "fits"),
    [
        ("%s of 100%%", '{"a": "%.0s%s"}', True),
        (None, None, True),
        (None, "{}", False),
        ("%999999999s", "{}", False),
        ("%d", "{}", False),
        ("%s" * (MESSAGE_RUNS * len(VALUES) + 1), "{}", False),
    ],
)
def test_a_form_of_another_program_is_looked_at(message: str | None, fields: str | None, fits: bool) -> None:
    assert is_form(SharedForm(message, fields, "live")) == fits
