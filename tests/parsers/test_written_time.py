"""Times of the form that most have are read by a way of their own: it must say what the general one says."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from parsers.written_time import WrittenTime, read

_LIKE = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-6][0-9]([.,][0-9]{1,9})?)?(Z|UTC|[+]0[0-9])?"
)


def _read(text: str) -> WrittenTime | str | None:
    try:
        return read(text)
    except ValueError:
        return "unreadable"


@given(st.from_regex(_LIKE, fullmatch=True))
@example("2024-03-09T21:14:24Z")
@example("2024-03-09T21:14:24.5Z")
@example("2024-03-09T24:00:00Z")
@example("2024-02-30T00:00:00Z")
@example("2024-03-09T21:14:60Z")
@example("1994-12-31T23:59:59Z")
@example("2099-12-31T23:59:59.999999Z")
@example("0000-01-01T00:00:00Z")
@example("２０２４-03-09T21:14:24Z")
def test_both_ways_of_reading_a_time_say_the_same(text: str) -> None:
    # With a blank before it a time is not of the usual form.
    assert _read(text) == _read(f" {text}")


def test_a_usual_time() -> None:
    assert read("2024-03-09T21:14:24.25Z") == (1_710_018_864_250_000, "The recorded zone is UTC.")
