from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from echoforensics.case.interactions.machine_statements import with_machine_statements
from echoforensics.case.spoken.interaction import (
    AddedRecord,
    CaseInteraction,
    GivenStatus,
    Member,
    Statement,
    Unintended,
)

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


def _member(kind: str, says: str) -> Member:
    return Member("EF-0000003", "REC-3", kind, "device", says, "", "same id", ("disk",), 1)


ACCEPTED = _member("echo:log:wake_word", 'accepted the wake word "ALEXA" (classifier score 0.14, threshold 0.1).')
REFUSED = _member("echo:log:near_miss", "a near miss (classifier score -1.58, threshold -2).")


@pytest.mark.parametrize(
    ("heard", "member", "status", "words"),
    [
        (
            False, ACCEPTED, "SUCCESS",
            ("it accepted the wake word (classifier score 0.14, threshold 0.1): they disagree.",
             "EF-0000004 gives the status SUCCESS: they disagree."),
        ),
        (
            False, REFUSED, "",
            ("it did not accept the wake word (classifier score -1.58, threshold -2): they agree.",),
        ),
        (
            True, ACCEPTED, "DISCARDED_NON_DEVICE_DIRECTED_INTENT",
            ("threshold 0.1): they agree.", "_INTENT: they disagree."),
        ),
        (True, REFUSED, "FAULT", ("threshold -2): they disagree.",)),
    ],
)  # fmt: skip
def test_device_and_service_stand_beside_it_with_whether_they_agree(
    heard: bool, member: Member, status: str, words: tuple[str, ...]
) -> None:
    given = (GivenStatus("account", status, "EF-0000004"),) if status else ()
    added = _added("wake_word", heard=heard, score=0.5)
    signs = with_machine_statements(replace(ONE, machine=(added,), members=(member,), statuses=given)).unintended
    assert signs is not None
    says = (signs.speaks_against if heard else signs.speaks_for)[-1].says
    assert all(each in says for each in words)
    assert says.count("agree") == len(words)
