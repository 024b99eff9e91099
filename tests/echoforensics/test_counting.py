from __future__ import annotations

import pytest

from echoforensics.counting import counted


@pytest.mark.parametrize(
    ("count", "nouns", "text"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (2, ("row",), "2 rows"),
        (1, ("entry", "entries"), "1 entry"),
        (3, ("entry", "entries"), "3 entries"),
    ],
)
def test_a_noun_agrees_with_its_number(count: int, nouns: tuple[str, ...], text: str) -> None:
    assert counted(count, *nouns) == text
