"""Before a pattern is searched for in a line, a word is looked for: each line that the pattern fits must have it.

Words are looked for twice: in a block, of which only lines with some words are passed on, and in such a line's text.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.echo1.log import block, boot, clock, near_miss, pattern, state
from parsers.echo1.log.joiner import Joiner

_JOINED = [(known, (word,)) for word, known, _ in Joiner()._handlers]
_OTHERS = [
    (near_miss._OPENS, near_miss._OPENING_WORDS),
    (state._MUTE, state._MUTE_WORDS),
    (state._BUTTON, ("utton",)),
    (state._VOLUME, ("sendUpdates:Mode",)),
]
_IN_BLOCKS = [
    *((known, block.INTERACTION) for _, known, _ in Joiner()._handlers),
    (pattern.DETECTION, block.DETECTION),
    (near_miss._OPENS, block.DETECTION),
    (re.compile(re.escape(near_miss._HEARD)), block.DETECTION),
    (clock._CHANGED, block.CLOCK),
    (clock._REACHED, block.CLOCK),
    (state._VOLUME, block.STATE),
    (state._BUTTON, block.STATE),
    (state._HARDWARE_MUTE, block.STATE),
    (state._MUTE, block.STATE),
    (boot._KERNEL, block.START),
]


@pytest.mark.parametrize(("pattern", "words"), [*_JOINED, *_OTHERS])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(data=st.data())
def test_a_line_that_a_pattern_fits_has_the_word(
    pattern: re.Pattern[str], words: tuple[str, ...], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(pattern.pattern, pattern.flags)))

    assert pattern.search(text)
    assert any(word in text for word in words)


@pytest.mark.parametrize(("known", "topic"), _IN_BLOCKS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(data=st.data())
def test_a_line_that_a_pattern_fits_has_a_word_of_its_topic(
    known: re.Pattern[str], topic: int, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(known.pattern, known.flags))).encode("utf-8", "surrogatepass")

    assert any(word in text for word in block.WORDS_BY_TOPIC[topic])


def _all_alone(text: str) -> dict[str, str]:
    found = {name: known.search(text) for name, known in pattern._SCORES.items()}
    return {name: match[1] for name, match in found.items() if match}


_PARTS = st.sampled_from(
    [
        "recognition_id=",
        "segmentation_score=",
        "classifier_score=",
        "active_threshold=",
        ": ",
        ":",
        ",",
        " ",
        "7",
        "-2.5",
    ]
)
_USUAL = "recognition_id=a-1: segmentation_score=0.5,classifier_score=-2.5,active_threshold=-2,"


@given(st.lists(_PARTS), st.booleans(), st.lists(_PARTS))
def test_scores_written_as_usual_are_those_that_each_pattern_finds(
    before: list[str], usual: bool, behind: list[str]
) -> None:
    text = "".join((*before, _USUAL if usual else "", *behind))

    assert pattern.scores(text) == _all_alone(text)
