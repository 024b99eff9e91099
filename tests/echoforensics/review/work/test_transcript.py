from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.review.room_errors import InvalidRequestError
from echoforensics.review.work.transcript import checked_transcript, transcript_text


def segment(**changed: Any) -> dict[str, Any]:
    return {"from": 0.0, "to": 1.0, "text": "turn on the light", "unsure": []} | changed


def test_segments_are_kept_by_their_start_to_10_ms() -> None:
    kept = checked_transcript([segment(**{"from": 1.234, "to": 2.345}, text="b"), segment(text="a")], 2.5)

    assert [(one["from"], one["to"], one["text"]) for one in kept] == [(0.0, 1.0, "a"), (1.23, 2.35, "b")]


def test_unsure_words_are_in_brackets_and_ranges_that_touch_are_one() -> None:
    kept = checked_transcript(
        [segment(unsure=[[12, 15], [15, 17]]), segment(text="  "), segment(text="\U0001f4a1 lamp", unsure=[[0, 1]])],
        2.0,
    )

    assert kept[0]["unsure"] == [[12, 17]]
    assert transcript_text(kept) == "turn on the [light?] / [\U0001f4a1?] lamp"


def test_a_time_a_little_after_the_end_is_the_end() -> None:
    assert checked_transcript([segment(to=2.6)], 2.5)[0]["to"] == 2.5


@pytest.mark.parametrize(
    ("segments", "says"),
    [
        ({}, "is a list"),
        ([1], "segment 1 is not a segment"),
        ([segment()] * 5001, "at most 5000 segments"),
        ([segment(text="x" * 10_001)], "at most 10000 characters"),
        ([segment(text="x" * 10_000)] * 21, "at most 200000 characters"),
        ([segment(text="a\0b")], "characters of Unicode"),
        ([segment(text="\ud800")], "characters of Unicode"),
        ([segment(text=None)], "characters of Unicode"),
        ([segment(), segment(to=-1)], "Entry 2: its times have to be seconds from 0 to 2.50"),
        ([segment(to=3.0)], "the end of the recording"),
        ([segment(to=float("nan"))], "its times"),
        ([segment(to=float("inf"))], "its times"),
        ([segment(to=True)], "its times"),
        ([segment(to="1")], "its times"),
        ([segment(**{"from": 2.0})], "ends before it begins"),
        ([segment(unsure=[[0, 18]])], "what is unsure"),
        ([segment(unsure=[[3, 3]])], "what is unsure"),
        ([segment(unsure=[[-1, 3]])], "what is unsure"),
        ([segment(unsure=[[0.0, 3]])], "what is unsure"),
        ([segment(unsure=[[True, 3]])], "what is unsure"),
        ([segment(unsure=[[1, 2, 3]])], "what is unsure"),
        ([segment(unsure="x")], "what is unsure"),
    ],
)
def test_what_is_no_transcript_is_refused(segments: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        checked_transcript(segments, 2.5)
    assert says in str(caught.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["from", "to", "text", "unsure"]), inner)
    ),
    max_leaves=20,
)


@given(_JSON, st.none() | st.floats(0, 1e6))
def test_anything_is_a_transcript_or_is_refused(segments: Any, seconds: float | None) -> None:
    try:
        kept = checked_transcript(segments, seconds)
    except InvalidRequestError:
        return
    assert checked_transcript(kept, seconds) == kept
    assert isinstance(transcript_text(kept), str)
