"""Each kind of record, clock, state, strength and sign that the program knows has its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from echoforensics.case.exhibits.row import STATES as KNOWN_STATES
from echoforensics.case.interactions.strength import Strength
from echoforensics.report.words import vocabulary
from echoforensics.report.words.data_types import DATA_TYPES
from echoforensics.report.words.language import language
from parsers.catalogue import catalogue
from parsers.record import Clock

ROOT = Path(__file__).parents[4]


def test_every_data_type_has_words() -> None:
    known = {kind for entry in catalogue() for kind in entry.about.data_types}
    for path in (ROOT / "echoforensics" / "timeline" / "gaps").rglob("*.py"):
        known |= set(re.findall(r'"(gap:[a-z_]+[a-z])"', path.read_text(encoding="utf-8")))
    assert sorted(known - set(DATA_TYPES)) == []


def test_every_clock_state_and_strength_has_words() -> None:
    assert set(vocabulary.CLOCKS) == set(vocabulary.CLOCK_NAMES) == {str(clock) for clock in Clock}
    assert set(vocabulary.STATES) == set(KNOWN_STATES)
    assert set(vocabulary.STRENGTHS) == {str(strength) for strength in Strength}


@pytest.mark.parametrize("page", ["listening.md", "report.md"])
def test_what_is_added_to_a_case_has_words(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = set(re.findall(r"`((?:machine|annotation):[a-z_]+)`", text))
    assert found
    assert found <= set(DATA_TYPES)


@pytest.mark.parametrize(
    ("kind", "german"),
    [
        ("folder", "Ordner"), ("EWF image", "EWF-Abbild"), ("split raw image", "Rohabbild in mehreren Dateien"),
        ("raw image compressed with xz", "Rohabbild, komprimiert mit xz"), ("of a later version", "of a later version"),
        ("Android sparse image compressed with gzip", "Android sparse-Abbild, komprimiert mit gzip"),
    ],
)  # fmt: skip
def test_kinds_of_evidence_have_words(kind: str, german: str) -> None:
    assert vocabulary.evidence_kind_words(kind, language("de")) == german
    assert vocabulary.evidence_kind_words("EWF image", language("en")) == "EWF image"
