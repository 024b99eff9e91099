"""Sums of facts: changed step by step they are what all facts give, or that cannot be known without all."""

from __future__ import annotations

import random

import pytest

from echoforensics.case.spoken.added_evidence import AllConcernedError
from echoforensics.case.spoken.case_gap import FoundAt
from echoforensics.timeline.gaps import sums
from echoforensics.timeline.gaps.facts import InteractionFacts
from echoforensics.timeline.gaps.sums import FactSums


@pytest.fixture(autouse=True)
def small_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few are kept that a short list has more."""
    monkeypatch.setattr(sums, "POINTED_TO", 3)
    kept = {name: 6 if most == sums.MOST_OF_A_KIND else 3 for name, most in sums._KEPT.items()}
    monkeypatch.setattr(sums, "_KEPT", kept)


def _facts(draw: random.Random, number: int) -> InteractionFacts:
    exhibit = FoundAt(f"EF-{number:07}", "", "", "")
    start = draw.choice((None, *range(8)))
    return InteractionFacts(start, draw.random() < 0.6, draw.random() < 0.4, draw.random() < 0.4, exhibit,
                            key=f"{draw.randrange(1000):04}{number:03}")  # fmt: skip


def _of_all(held: list[InteractionFacts]) -> FactSums:
    found = FactSums()
    found.change((), held)
    return found


def test_changed_sums_are_those_of_all_facts() -> None:
    known = unknown = 0
    for seed in range(60):
        draw = random.Random(seed)
        held: list[InteractionFacts] = []
        now = FactSums()
        for step in range(15):
            gone = draw.sample(held, min(len(held), draw.choice((0, 0, 1, 2))))
            fresh = [_facts(draw, 10 * step + number) for number in range(draw.randint(0, 3))]
            # Some that go come again as they were.
            fresh += [one for one in gone if draw.random() < 0.5]
            held = [one for one in held if one not in gone] + fresh
            try:
                now = FactSums.of(now.stored())
                now.change(gone, fresh)
                known += 1
            except AllConcernedError:
                now = _of_all(held)
                unknown += 1
            assert now.stored() == _of_all(held).stored()
    assert known > 500
    assert unknown > 50


def test_one_that_stands_for_many_is_counted_as_many() -> None:
    many = InteractionFacts(5, heard=False, entry=True, sound=False, at=FoundAt("EF-1", "", "", ""), count=9, key="a")
    found = _of_all([many])
    assert (found.entries.count, found.entries.start, found.without_sound.count) == (9, 5, 9)
    with pytest.raises(AllConcernedError):
        found.change([many], [many])
