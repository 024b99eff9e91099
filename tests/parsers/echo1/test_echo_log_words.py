"""Before a pattern is searched for in a line, a word is looked for: each line that the pattern fits must have it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.echo1.log import clock, near_miss, state
from parsers.echo1.log.joiner import Joiner

_JOINED = [(pattern, (word,)) for word, pattern, _ in Joiner()._handlers]
_OTHERS = [
    (clock._CHANGED, clock._WORDS),
    (clock._REACHED, clock._WORDS),
    (near_miss._OPENS, near_miss._OPENING_WORDS),
    (state._MUTE, state._MUTE_WORDS),
    (state._BUTTON, ("utton",)),
    (state._VOLUME, ("sendUpdates:Mode",)),
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
