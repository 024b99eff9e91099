"""What machines found in the recordings of an interaction, as it speaks for or against its being unintended.

A finding of a machine is no sign by itself: it stands beside the signs that records give, and says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from echoforensics.case.added_records.addition import MACHINE
from echoforensics.case.spoken.interaction import AddedRecord, CaseInteraction, Statement


def with_machine_statements(one: CaseInteraction) -> CaseInteraction:
    """An interaction with what machines found among what speaks for and against its being unintended.

    One without signs stays as it is.
    """
    if one.unintended is None or not one.machine:
        return one
    speaks_for = tuple(_for(one.machine))
    against = tuple(_against(one.machine))
    signs = replace(
        one.unintended,
        speaks_for=one.unintended.speaks_for + speaks_for,
        speaks_against=one.unintended.speaks_against + against,
    )
    return replace(one, unintended=signs)


def _for(found: Iterable[AddedRecord]) -> Iterator[Statement]:
    for added in found:
        if added.data_type == f"{MACHINE}speech" and added.fields.get("speech") == []:
            yield Statement(added.exhibit, "A machine found no speech in the recording; it can be wrong.")
        if added.data_type == f"{MACHINE}wake_word" and added.fields.get("heard") is False:
            yield Statement(added.exhibit, f"{_score(added)}, not above its threshold; it misses spoken ones too.")
        if added.data_type == f"{MACHINE}transcript" and _lacks_wake_word(added):
            says = "A machine's transcript, made without a hotword, does not begin with a wake word; it can be wrong."
            yield Statement(added.exhibit, says)


def _against(found: Iterable[AddedRecord]) -> Iterator[Statement]:
    for added in found:
        if added.data_type == f"{MACHINE}wake_word" and added.fields.get("heard") is True:
            yield Statement(added.exhibit, f"{_score(added)}, above its threshold; like sounds score too.")
        if added.data_type == f"{MACHINE}transcript" and added.fields.get("begins_with_wake_word") is True:
            says = "A machine's transcript, made without a hotword, begins with a wake word; it can be wrong."
            yield Statement(added.exhibit, says)


def _score(added: AddedRecord) -> str:
    return f"A machine's detector scores the wake word {added.fields.get('score')} in the recording"


def _lacks_wake_word(added: AddedRecord) -> bool:
    return bool(added.fields.get("text")) and added.fields.get("begins_with_wake_word") is False
