"""Agreement between two listeners: Cohen's kappa for each code, with an interval.

Kappa: J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960).
Its interval of 95 % is that of the observed agreement (E. B. Wilson, Journal of the American Statistical Association
22, 1927) brought to kappa's scale with the agreement by chance held as it was found, as Cohen does with the normal
approximation. Wilson's does not shrink to nothing where all agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

#: 95 % of the normal distribution lie within this many standard deviations.
_WIDTH = 1.959963984540054


@dataclass(frozen=True, slots=True)
class BothHeard:
    """The codes that two people gave to one item, independently.

    Attributes:
        first, second: the two, by their ids.
        first_codes, second_codes: the codes of each.
    """

    first: str
    second: str
    first_codes: frozenset[str]
    second_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """The agreement of two listeners about one code.

    Attributes:
        code: its id.
        both, first_only, second_only, neither: number of items to which both, one, or neither gave it.
        kappa: 1 for full agreement, 0 for as much as by chance; None if chance alone makes it full, as where
            nobody ever gave the code, or where there is no item.
        low, high: bounds of 95 %; None if there is no kappa.
    """

    code: str
    both: int
    first_only: int
    second_only: int
    neither: int
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def items(self) -> int:
        """The number of items that two people heard."""
        return self.both + self.first_only + self.second_only + self.neither

    def as_json(self) -> dict[str, Any]:
        """The figures for pages and records, to three digits."""
        rounded = {
            name: None if value is None else round(value, 3)
            for name, value in (("kappa", self.kappa), ("low", self.low), ("high", self.high))
        }
        return {
            "code": self.code, "items": self.items, "both": self.both, "first_only": self.first_only,
            "second_only": self.second_only, "neither": self.neither, **rounded,
        }  # fmt: skip


def agreement_of(heard: Iterable[BothHeard], codes: Collection[str]) -> list[CodeAgreement]:
    """The agreement about each code over all items that two people heard, whoever they are."""
    given = list(heard)
    return [_of_code(code, given) for code in codes]


def agreement_of_pairs(
    heard: Iterable[BothHeard], codes: Collection[str]
) -> dict[tuple[str, str], list[CodeAgreement]]:
    """The agreement of each two people; which of them heard an item first makes no difference."""
    pairs: dict[tuple[str, str], list[BothHeard]] = {}
    for one in heard:
        straight = one.first <= one.second
        turned = one if straight else BothHeard(one.second, one.first, one.second_codes, one.first_codes)
        pairs.setdefault((turned.first, turned.second), []).append(turned)
    return {pair: agreement_of(found, codes) for pair, found in sorted(pairs.items())}


def _of_code(code: str, heard: list[BothHeard]) -> CodeAgreement:
    both = sum(code in one.first_codes and code in one.second_codes for one in heard)
    first_only = sum(code in one.first_codes and code not in one.second_codes for one in heard)
    second_only = sum(code not in one.first_codes and code in one.second_codes for one in heard)
    neither = len(heard) - both - first_only - second_only
    return CodeAgreement(code, both, first_only, second_only, neither, *_kappa(both, first_only, second_only, neither))


def _kappa(
    both: int, first_only: int, second_only: int, neither: int
) -> tuple[float | None, float | None, float | None]:
    """Kappa and its bounds."""
    count = both + first_only + second_only + neither
    if not count:
        return None, None, None
    first, second = (both + first_only) / count, (both + second_only) / count
    by_chance = first * second + (1 - first) * (1 - second)
    if by_chance >= 1.0:
        return None, None, None
    agreed = (both + neither) / count
    bounds = _wilson(agreed, count)
    kappa, low, high = ((part - by_chance) / (1 - by_chance) for part in (agreed, *bounds))
    return kappa, max(-1.0, low), min(1.0, high)


def _wilson(part: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a proportion of a count."""
    square = _WIDTH * _WIDTH
    middle = part + square / (2 * count)
    reach = _WIDTH * sqrt(part * (1 - part) / count + square / (4 * count * count))
    return max(0.0, (middle - reach) / (1 + square / count)), min(1.0, (middle + reach) / (1 + square / count))
