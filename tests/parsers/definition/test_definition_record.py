"""The record a definition makes of an item."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.definition.api import API
from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.loader import parse
from parsers.definition.template import Template, TemplateError, getter
from parsers.definition.vocabulary import UNITS
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.values import Keeper, shown

STREAM = "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV"
BASE = """
name: sample
version: "1"
title: Sample
data_type: alexa:cloud:sample
api: {{urls: [/api/sample], top: [a]}}
times:
  - {{field: when, {unit}, clock: cloud, description: Start Time, note: Noted.}}
columns: {{device_serial: serial, account: ../owner}}
keys: ["sample:{{id}}"]
message: 'A sample {{"name"|without a name}} of {{../owner}}, size {{size.width|unknown}}, {{state}}.'
shows: X
does_not_show: Y
"""


def _made(item: dict[str, object], unit: str = "ms") -> list[Record | Issue]:
    scopes = ({"owner": "A1"}, item)
    definition = parse(API, BASE.format(unit=unit if ":" in unit else f"unit: {unit}"), "f")
    return list(RecordMaker(definition.form).findings(DeclaredItem(scopes, "json:/a/0", lambda path: f"at:{path}")))


def test_a_whole_record() -> None:
    item: dict[str, object] = {"id": 7, "name": 'the "big" one', "when": "1588587309512", "serial": 5, "state": True}
    assert _made({**item, "size": {"width": 2.5}}) == [
        Record(
            data_type="alexa:cloud:sample",
            message='A sample "the "big" one" of A1, size 2.5, true.',
            locator="json:/a/0",
            timestamps=(Timestamp("Start Time", "1588587309512", Clock.CLOUD, 1588587309512000, "Noted.", "at:when"),),
            device_serial="5",
            account="A1",
            fields={**item, "size": {"width": 2.5}},  # type: ignore[dict-item]
            keys=("sample:7",),
        )
    ]


def test_absent_values_have_their_words_and_no_key() -> None:
    (made,) = _made({"name": None, "state": ""})
    assert isinstance(made, Record)
    assert made.message == "A sample without a name of A1, size unknown, not given."
    assert (made.timestamps, made.keys, made.device_serial) == ((), (), None)


@pytest.mark.parametrize(
    ("unit", "value", "timestamp"),
    [
        ("ms", 1588587309512, 1588587309512000),
        ("s", 1588587309, 1588587309000000),
        ("us", 1588587309512345, 1588587309512345),
        ("us", "1588587309512345", 1588587309512345),
        ("webkit", 13233060909512345, 1588587309512345),
        ("mac", 610280109.5, 1588587309500000),
        ("local", "2020-05-04 12:15", None),
    ],
)
def test_units(unit: str, value: object, timestamp: int | None) -> None:
    (made,) = _made({"when": value}, unit)
    assert isinstance(made, Record)
    assert made.timestamps == (Timestamp("Start Time", str(value), Clock.CLOUD, timestamp, "Noted.", "at:when"),)


ZONE_UTC, OFFSET = "The recorded zone is UTC.", "UTC is computed from the recorded offset."
NO_ZONE, DEFINED = "The zone is not recorded.", "The zone is not recorded; the definition says that it is UTC."


@pytest.mark.parametrize(
    ("unit", "value", "timestamp", "expected"),
    [
        ("iso", "2020-05-04T10:15:09.512Z", 1588587309512000, ZONE_UTC),
        ("iso", "20200504T101509Z", 1588587309000000, OFFSET),
        ("iso", "2020-05-04T12:15:09+02:00", 1588587309000000, OFFSET),
        ("iso", "2020-05-04T12:15:09", None, NO_ZONE),
        ("unit: iso, zone: unknown", "2020-05-04T12:15:09", None, NO_ZONE),
        ("unit: iso, zone: UTC", "2020-05-04T10:15:09", 1588587309000000, DEFINED),
        ("unit: iso, zone: UTC", "2020-05-04T12:15:09+02:00", 1588587309000000, OFFSET),
        ("format: '%d/%m/%Y %H.%M'", "04/05/2020 10.15", None, NO_ZONE),
        ("format: '%d/%m/%Y %H.%M', zone: UTC", "04/05/2020 10.15", 1588587300000000, DEFINED),
        ("format: '%d/%m/%Y %H.%M %z'", "04/05/2020 12.15 +0200", 1588587300000000, "The zone is recorded."),
        ("unit: excel, zone: UTC", 43955.5, 1588593600000000, DEFINED),
        ("excel", "43955.5", None, NO_ZONE),
    ],
)
def test_times_that_are_written(unit: str, value: object, timestamp: int | None, expected: str) -> None:
    (made,) = _made({"when": value}, unit)
    assert isinstance(made, Record)
    assert made.timestamps == (
        Timestamp("Start Time", str(value), Clock.CLOUD, timestamp, f"Noted. {expected}", "at:when"),
    )


def test_the_time_within_an_utterance_id() -> None:
    (made,) = _made({"when": f"x?id={STREAM}/1"}, "utterance")
    assert isinstance(made, Record)
    assert [(m.recorded, m.timestamp) for m in made.timestamps] == [("2020/05/04/10 15:07", 1588587307000000)]


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("ms", 0), ("ms", -1), ("ms", None), ("ms", ""), ("ms", 99999999999999999999999), ("s", 1588587309512),
        ("iso", "1970-01-01T00:00:00Z"), ("iso", None), ("utterance", "no id"), ("utterance", 5), ("local", None),
    ],
)  # fmt: skip
def test_no_time(unit: str, value: object) -> None:
    (made,) = _made({"when": value}, unit)
    assert isinstance(made, Record)
    assert made.timestamps == ()
    assert made.fields == {"when": value}


@pytest.mark.parametrize(
    ("unit", "value", "what"),
    [
        ("ms", "soon", 'when: a number of ms is expected, not "soon".'),
        ("ms", [[1]], "when: a time is expected, not a list."),
        ("ms", 1.5, 'when: a time is expected, not "1.5".'),
        ("ms", True, 'when: a time is expected, not "true".'),
        ("iso", "yesterday", 'when: an ISO 8601 time is expected, not "yesterday".'),
        ("format: '%Y'", "soon", 'when: a time of the form %Y is expected, not "soon".'),
        ("excel", "nan", 'when: a number of days is expected, not "nan".'),
        ("excel", "1e300", 'when: a number of days is expected, not "1e300".'),
        ("iso", {"a": 1}, "when: a time is expected, not an object."),
        ("local", "x" * 5000, "when: a time is expected, not a text too long."),
    ],
)
def test_a_time_that_cannot_be_read_is_an_issue_beside_the_record(unit: str, value: object, what: str) -> None:
    issue, made = _made({"when": value}, unit)
    assert issue == Issue(what, "json:/a/0")
    assert isinstance(made, Record)


def test_a_column_that_is_no_text_is_an_issue_beside_the_record() -> None:
    issue, made = _made({"serial": ["x"]})
    assert issue == Issue("serial: text is expected, not a list.", "json:/a/0")
    assert isinstance(made, Record)
    assert made.device_serial is None


@pytest.mark.parametrize("text", ["{", "}", "a {b} } c", "{}", "{ a}", "{a }", "{a..b}", '{"a}', "{|x}"])
def test_templates_with_a_brace_that_stands_alone(text: str) -> None:
    with pytest.raises(TemplateError):
        Template.parse(text)


def test_values_at_paths() -> None:
    scopes = ({"a": {"b": 1}, "c": 2}, {"a": "x"})
    assert [getter(path)(scopes) for path in ("a", "../a.b", "../c", "../../c", "a.b", "z")] == [
        "x",
        1,
        2,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n b\t c", "a b c"), ("", None), (None, None), ({}, None), (["a", 1], "a, 1"), (["a", {}], None),
        ([["a"]], None), ("x" * 400, "x" * 300 + "…"), (False, "false"), (1.5, "1.5"),
    ],
)  # fmt: skip
def test_values_as_a_message_shows_them(value: object, text: str | None) -> None:
    assert shown(value) == text


def test_what_a_record_leaves_out_is_named() -> None:
    deep: object = 1
    for _ in range(20):
        deep = {"a": deep}
    kept = Keeper().fields({"long": "x" * 9000, "many": list(range(300)), "deep": deep, "n" * 300: 1})
    assert kept["left_out"] == [
        "long: 808 of 9000 characters",
        "many: 100 of 300 members",
        "deep.a.a.a.a.a.a: nested deeper than 7 levels",
        "the record: the end of a name of 300 characters",
    ]
    assert len(str(kept)) < 12000


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["id", "name", "when", "serial", "size", "state"]), _json),
    st.sampled_from([*UNITS, "format: '%Y-%m-%d'"]),
)
def test_any_item_gives_one_record(item: dict[str, object], unit: str) -> None:
    made = _made(item, unit)
    assert [isinstance(found, Record) for found in made] == [False] * (len(made) - 1) + [True]
    last = made[-1]
    assert isinstance(last, Record)
    kept = json.loads(json.dumps(last.fields))
    assert kept == item or kept["left_out"]
