"""Our parsers' words for times are plaso's, and the timeliner's mapping has each of them."""

from __future__ import annotations

import ast
from pathlib import Path

from plaso.lib import definitions

from echoforensics.plaso_plugin.vocabulary import VALUES, WORD_OF, WORDS, time_attribute
from parsers.definition.vocabulary import TIME_WORDS

PARSERS = Path(__file__).parents[3] / "parsers"
PLASO = {value for name, value in vars(definitions).items() if name.startswith("TIME_DESCRIPTION_")}


def _constants() -> dict[str, str]:
    """Every text in the parsers' code that is one of plaso's words for a time, and where."""
    return {
        node.value: path.name
        for path in PARSERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in PLASO
    }


def test_every_word_that_a_parser_uses_is_mapped() -> None:
    used = _constants()
    assert len(used) > 15
    assert set(used) <= set(WORDS), {word: used[word] for word in set(used) - set(WORDS)}


def test_every_word_that_a_definition_may_use_is_mapped() -> None:
    assert set(TIME_WORDS) <= set(WORDS)


def test_the_words_are_plasos() -> None:
    assert set(WORDS) <= PLASO


def test_no_attribute_of_a_time_is_that_of_a_value() -> None:
    assert len(WORD_OF) == len(WORDS)
    assert not set(WORD_OF) & set(VALUES)
    assert time_attribute("Scheduled to start") == "date_scheduled_to_start"
