from __future__ import annotations

import random

import pytest

from echoforensics.review.work.agreement import BothHeard, CodeAgreement, agreement_of, agreement_of_pairs


def heard(first: str, second: str, count: int = 1, people: tuple[str, str] = ("a", "b")) -> list[BothHeard]:
    return [BothHeard(*people, frozenset(first.split()), frozenset(second.split()))] * count


def one(given: list[BothHeard]) -> CodeAgreement:
    return agreement_of(given, ["x"])[0]


def test_kappa_is_that_of_the_textbook() -> None:
    """The table of J. Fleiss, Statistical Methods for Rates and Proportions: 0.7 agreed, 0.5 by chance, kappa 0.4."""
    found = one(heard("x", "x", 20) + heard("x", "", 5) + heard("", "x", 10) + heard("", "", 15))

    assert (found.both, found.first_only, found.second_only, found.neither, found.items) == (20, 5, 10, 15, 50)
    assert found.kappa == pytest.approx(0.4)
    # Wilson's interval of 35 in 50 is 0.5625 to 0.8090; (p - 0.5) / 0.5.
    assert found.low == pytest.approx(0.1250, abs=1e-4)
    assert found.high == pytest.approx(0.6180, abs=1e-4)


def test_full_agreement_is_1_and_its_interval_is_not_nothing() -> None:
    found = one(heard("x", "x", 5) + heard("", "", 5))

    assert found.kappa == 1.0
    assert found.high == pytest.approx(1.0)
    assert found.low is not None
    assert 0.3 < found.low < 0.6


def test_where_chance_alone_makes_it_full_there_is_no_kappa() -> None:
    for given in ([], heard("", "", 7), heard("x", "x", 7)):
        assert (one(given).kappa, one(given).low, one(given).high) == (None, None, None)


def test_full_disagreement_is_below_zero() -> None:
    assert one(heard("x", "", 5) + heard("", "x", 5)).kappa == pytest.approx(-1.0)


def test_pairs_are_the_same_whoever_heard_first() -> None:
    given = heard("x", "", 2) + heard("", "x", 3, ("b", "a")) + heard("x", "x", 4, ("c", "a"))
    found = agreement_of_pairs(given, ["x", "y"])

    assert list(found) == [("a", "b"), ("a", "c")]
    assert [each.first_only for each in found["a", "b"]] == [5, 0]
    assert found["a", "c"][0].both == 4


def test_figures_are_rounded_for_records() -> None:
    assert one(heard("x", "x", 20) + heard("x", "", 5) + heard("", "x", 10) + heard("", "", 15)).as_json() == {
        "code": "x", "items": 50, "both": 20, "first_only": 5, "second_only": 10, "neither": 15, "kappa": 0.4,
        "low": 0.125, "high": 0.618,
    }  # fmt: skip


@pytest.mark.parametrize(("part", "right"), [(0.1, 0.8), (0.3, 0.95), (0.5, 0.8)])
def test_the_interval_holds_the_true_kappa_in_95_of_100(part: float, right: float) -> None:
    """Two listeners who are right with a known probability, and know nothing of each other."""
    drawn = random.Random(1)
    given = part * right + (1 - part) * (1 - right)
    by_chance = given**2 + (1 - given) ** 2
    true = (right**2 + (1 - right) ** 2 - by_chance) / (1 - by_chance)
    hits = 0
    for _ in range(400):
        sounds = [drawn.random() < part for _ in range(60)]
        opinions = [[sound if drawn.random() < right else not sound for sound in sounds] for _ in range(2)]
        pairs = [each for x, y in zip(*opinions, strict=True) for each in heard("x" * x, "x" * y)]
        found = one(pairs)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= true <= found.high
    assert hits >= 400 * 0.92
