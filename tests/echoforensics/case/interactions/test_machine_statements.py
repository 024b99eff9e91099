from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from echoforensics.case.interactions.machine_statements import with_machine_statements
from echoforensics.case.spoken.interaction import AddedRecord, CaseInteraction, Statement, Unintended

SIGNS = Unintended(("near miss",), (Statement("EF-0000001", "A near miss."),), ())
ONE = CaseInteraction(
    "IN-0000001", None, None, "", "", (), None, (), (), (), (), (), SIGNS, (), None
)  # fmt: skip


def _added(kind: str, **fields: Any) -> AddedRecord:
    return AddedRecord("EF-0000009", "REC-1", f"machine:{kind}", "says", "EF-0000001", fields)


@pytest.mark.parametrize(
    ("added", "side", "words"),
    [
        (_added("speech", speech=[]), "speaks_for", "no speech"),
        (_added("wake_word", heard=False, score=0.05), "speaks_for", "0.05 in the recording, not above its threshold"),
        (_added("wake_word", heard=True, score=0.95), "speaks_against", "0.95 in the recording, above its threshold"),
        (_added("transcript", text="play", begins_with_wake_word=False), "speaks_for", "does not begin"),
        (_added("transcript", text="alexa", begins_with_wake_word=True), "speaks_against", "begins with a wake word"),
    ],
)
def test_a_finding_stands_on_its_side(added: AddedRecord, side: str, words: str) -> None:
    signs = with_machine_statements(replace(ONE, machine=(added,))).unintended
    assert signs is not None
    assert words in getattr(signs, side)[-1].says
    assert len(signs.speaks_for) + len(signs.speaks_against) == 2
    assert signs.signs == SIGNS.signs


@pytest.mark.parametrize(
    "added",
    [
        _added("speech", speech=[[0.1, 0.9]]),
        _added("transcript", text="", begins_with_wake_word=False),
        _added("transcript_with_hotword", text="alexa", begins_with_wake_word=True),
    ],
)
def test_what_says_nothing_of_it_is_left_out(added: AddedRecord) -> None:
    assert with_machine_statements(replace(ONE, machine=(added,))).unintended == SIGNS


def test_a_finding_is_no_sign() -> None:
    one = replace(ONE, unintended=None, machine=(_added("speech", speech=[]),))
    assert with_machine_statements(one).unintended is None
