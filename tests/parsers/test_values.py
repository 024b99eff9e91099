from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import values
from parsers.values import (
    LEFT_OUT,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_MEMBERS,
    MAX_NAME,
    MAX_TEXT,
    MAX_VALUES,
    Keeper,
    shown,
)


def _left_out(item: dict[str, Any]) -> Any:
    return Keeper().fields(item).get(LEFT_OUT)


def test_values_within_the_bounds_are_kept_as_they_are() -> None:
    item = {"none": None, "yes": True, "n": 7, "f": 1.5, "t": "text", "list": [1, ["a", {}], []], "o": {"a": {"b": 1}}}

    assert Keeper().fields(item) == item


def test_other_values_are_kept_as_text() -> None:
    assert Keeper().fields({"b": b"x", "a": bytearray(b"y"), "t": (1, "two")}) == {
        "b": "b'x'", "a": "bytearray(b'y')", "t": [1, "two"],
    }  # fmt: skip


@pytest.mark.parametrize(("length", "left"), [(MAX_TEXT, 0), (MAX_TEXT + 1, 1), (MAX_TEXT + 50, 50)])
def test_a_text_is_cut_at_its_bound(length: int, left: int) -> None:
    kept = Keeper().fields({"a": "x" * length})

    assert kept["a"] == "x" * min(length, MAX_TEXT)
    assert kept.get(LEFT_OUT) == ([f"a: {left} of {length} characters"] if left else None)


def test_the_texts_of_a_record_have_a_bound_together() -> None:
    whole = MAX_CHARACTERS // MAX_TEXT
    item = {f"n{number}": "x" * MAX_TEXT for number in range(whole)}
    assert Keeper().fields(item) == item

    kept = Keeper().fields({**item, "last": "abc", "empty": ""})
    assert (kept["last"], kept["empty"]) == ("", "")
    assert kept[LEFT_OUT] == ["last: 3 of 3 characters"]

    item["n0"] = "x" * (MAX_TEXT - 2)
    assert Keeper().fields({**item, "last": "abc"})["last"] == "ab"


@pytest.mark.parametrize(("count", "left"), [(MAX_MEMBERS, 0), (MAX_MEMBERS + 1, 1)])
def test_members_are_kept_up_to_their_bound(count: int, left: int) -> None:
    members = {str(number): number for number in range(count)}
    items = list(range(count))

    assert Keeper().keep(members, "o") == dict(list(members.items())[:MAX_MEMBERS])
    assert Keeper().keep(items, "l") == items[:MAX_MEMBERS]
    assert _left_out({"o": members}) == ([f"o: {left} of {count} members"] if left else None)
    assert _left_out({"l": items}) == ([f"l: {left} of {count} members"] if left else None)
    assert _left_out(members) == ([f"the record: {left} of {count} members"] if left else None)


def test_the_values_of_a_record_have_a_bound_together() -> None:
    lists = MAX_VALUES // MAX_MEMBERS
    rest = MAX_VALUES - lists  # the lists are values too
    item: dict[str, object] = {str(number): list(range(MAX_MEMBERS - 1)) for number in range(lists)}
    assert Keeper().fields(item) == item
    assert rest == lists * (MAX_MEMBERS - 1)

    kept = Keeper().fields({**item, "one more": 1, "two": 2})
    assert kept[LEFT_OUT] == [f"the record: 2 of {lists + 2} members"]
    assert "one more" not in kept

    longer = {**item, "0": list(range(MAX_MEMBERS))}
    last = str(lists - 1)
    assert Keeper().fields(longer)[last] == list(range(MAX_MEMBERS - 2))
    assert _left_out(longer) == [f"{last}: 1 of {MAX_MEMBERS - 1} members"]


def test_a_long_name_is_cut_and_reported() -> None:
    assert Keeper().fields({"n" * MAX_NAME: 1}) == {"n" * MAX_NAME: 1}
    kept = Keeper().fields({"n" * (MAX_NAME + 1): 1, "o": {"m" * 300: 2}})
    assert kept == {
        "n" * MAX_NAME: 1,
        "o": {"m" * MAX_NAME: 2},
        LEFT_OUT: ["the record: the end of a name of 201 characters", "o: the end of a name of 300 characters"],
    }


def _nested(levels: int, inner: object, kind: type) -> Any:
    for _ in range(levels):
        inner = {"a": inner} if kind is dict else [inner]
    return inner


@pytest.mark.parametrize("kind", [dict, list])
def test_what_is_nested_too_deeply_is_left_out(kind: type) -> None:
    whole = _nested(MAX_DEPTH - 1, 1, kind)
    assert Keeper().fields({"top": whole}) == {"top": whole}
    # What is empty has nothing to leave out.
    whole = _nested(MAX_DEPTH - 1, kind(), kind)
    assert Keeper().fields({"top": whole}) == {"top": whole}

    kept = Keeper().fields({"top": _nested(MAX_DEPTH, 1, kind)})
    assert kept["top"] == _nested(MAX_DEPTH - 1, None, kind)
    name = "top" + (".a" if kind is dict else "[0]") * (MAX_DEPTH - 1)
    assert kept[LEFT_OUT] == [f"{name}: nested deeper than {MAX_DEPTH} levels"]


def test_names_say_where_a_value_is() -> None:
    long = "x" * (MAX_TEXT + 1)
    expected = "1 of 8193 characters"

    assert _left_out({"a": {"b": ["", {"c": long}]}, "d": [long, long]}) == [
        f"a.b[1].c: {expected}", f"d[0]: {expected}", f"d[1]: {expected}",
    ]  # fmt: skip


def test_no_more_than_twenty_things_are_reported_as_left_out() -> None:
    long = "x" * (MAX_TEXT + 1)

    assert len(_left_out({str(number): long for number in range(20)})) == 20
    assert len(_left_out({str(number): long for number in range(21)})) == 20


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, None), ("", None), (" \n ", None), ("a\n  b\tc ", "a b c"), (0, "0"), (1.5, "1.5"), (True, "true"),
        (False, "false"), ({}, None), (b"x", None), ([], None), (["a", 1, True], "a, 1, true"), (["a", None], None),
        (["a", {}], None), (["a", ["b"]], None), (["a", ""], None),
    ],
)  # fmt: skip
def test_a_value_is_shown_on_one_line(value: object, line: str | None) -> None:
    assert shown(value) == line


@pytest.mark.parametrize(("length", "line"), [(9, "x" * 9), (10, "x" * 10), (11, "x" * 10 + "…")])
def test_a_shown_value_is_cut_at_a_limit(length: int, line: str) -> None:
    assert shown("x" * length, 10) == line
    assert shown([" " * 39 + "y"], 10) == "y"
    assert shown([" " * 40 + "y"], 10) is None


def test_the_members_of_a_list_that_are_shown_have_a_bound() -> None:
    assert shown(["a"] * values.MAX_MEMBERS + [None], 10_000) == ", ".join(["a"] * values.MAX_MEMBERS)


def test_the_limit_is_300_unless_another_is_given() -> None:
    assert shown("x" * 301) == "x" * 300 + "…"
    assert shown("x" * 300) == "x" * 300


_PLAIN = st.dictionaries(
    st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
)


@given(_PLAIN)
def test_plain_values_are_kept_as_they_are_among_others(item: dict[str, Any]) -> None:
    # A list makes the keeper look at each value by itself.
    slowly = Keeper().fields({**item, "a list": ["x"]})

    assert Keeper().fields(item) == {name: value for name, value in slowly.items() if name != "a list" or name in item}


@pytest.mark.parametrize(
    "item", [{"a": "x" * MAX_TEXT, "b": "y"}, {"a": "x" * (MAX_TEXT + 1)}, {"n" * (MAX_NAME + 1): 1}, {}]
)
def test_bounds_hold_for_plain_values_too(item: dict[str, Any]) -> None:
    kept = Keeper().fields(item)

    assert all(len(name) <= MAX_NAME for name in kept)
    assert all(len(value) <= MAX_TEXT for value in kept.values() if isinstance(value, str))
    assert (LEFT_OUT in kept) is any(len(name) > MAX_NAME or len(str(value)) > MAX_TEXT for name, value in item.items())
