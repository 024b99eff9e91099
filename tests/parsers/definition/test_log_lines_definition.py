from __future__ import annotations

import pytest

from parsers.definition.error import DefinitionError
from parsers.definition.loader import parse
from parsers.definition.log_lines import DESCRIBED, LOG_LINES, SEEN, known_as, line_kinds

GOOD = r"""
name: made
title: Made lines
log_lines:
  - name: one
    programs: 'A|B'
    text: 'x=(?P<x>\d{1,3})'
    data_type: echo:event:other
    message: The log records {x}.
    meaning: It is a number.
    known: seen
    keys: ['x:{x}']
    time: {group: x, unit: s, description: Recorded Time, note: Seconds.}
  - name: two
    word: y
    text: 'y'
    required: [y]
    data_type: echo:event:other
    message: The log records {y} and {z|nothing}.
    known: described
"""


def test_a_definition_is_read() -> None:
    one, two = parse(LOG_LINES, GOOD, "made.yaml").kinds
    assert one.programs is not None
    assert one.programs.fullmatch(b"B")
    assert one.sentence({"x": "5"}) == "The log records 5. It is a number."
    assert one.shared({"x": "5"}) == ("x:5",)
    assert one.shared({}) == ()
    assert one.time is not None
    assert (one.time.group, one.time.factor) == ("x", 1_000_000)
    assert (two.programs, two.word, two.required) == (None, b"y", ("y",))
    assert two.sentence({"y": "1"}) == "The log records 1 and nothing."
    assert (known_as((one, two), SEEN), known_as((one, two), DESCRIBED)) == ("one", "two")


@pytest.mark.parametrize(
    ("good", "bad", "where"),
    [
        ("name: two", "name: one", "two kinds of line have the name one"),
        ("    programs: 'A|B'\n", "", "at least one of the keys programs, word"),
        (r"\d{1,3}", r"\d+", "bounded repeats"),
        (r"\d{1,3})", r"\d{1,3}", "log_lines"),
        ("records {x}", "records {other}", "there is no value named other"),
        ("group: x", "group: w", "there is no value named w"),
        ("unit: s", "unit: h", "is not one of s, ms"),
        ("known: seen", "known: perhaps", "is not one of seen, described"),
        ("    known: seen\n", "", "the key is missing"),
        ("word: y", "word: y\n    more: 1", "the key is unknown"),
    ],
)
def test_what_is_not_understood_is_an_error(good: str, bad: str, where: str) -> None:
    assert good in GOOD
    with pytest.raises(DefinitionError, match=where):
        parse(LOG_LINES, GOOD.replace(good, bad, 1), "made.yaml")


def test_a_definition_is_asked_for_by_its_name() -> None:
    assert line_kinds("kernel")
    with pytest.raises(KeyError):
        line_kinds("none")
