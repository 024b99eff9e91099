"""Findings of machines about the recordings of an interaction, as statements for or against its being unintended.

A machine's finding is no sign by itself: it stands beside the signs from records, and names its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from echoforensics.case.added_records.addition import MACHINE
from echoforensics.case.interactions.contradictions import DISCARDED
from echoforensics.case.spoken.interaction import AddedRecord, CaseInteraction, Statement

#: Data types of a device's records of an accepted and a rejected wake word.
_ACCEPTED = ("echo:log:wake_word", "echo:avs:wake_word", "echo:metric:wake_word")
_REFUSED = "echo:log:near_miss"
#: A device's scores in the messages of its records.
_SCORES = re.compile(r"\(([^()]*score[^()]*)\)")
#: Statuses of the service, and whether it took the utterance for a request.
_TAKEN: Mapping[str, bool] = {"SUCCESS": True, DISCARDED: False}


def with_machine_statements(one: CaseInteraction) -> CaseInteraction:
    """Add machines' findings to what speaks for and against an interaction being unintended.

    An interaction without signs is returned unchanged.
    """
    if one.unintended is None or not one.machine:
        return one
    speaks_for = tuple(_for(one))
    against = tuple(_against(one))
    signs = replace(
        one.unintended,
        speaks_for=one.unintended.speaks_for + speaks_for,
        speaks_against=one.unintended.speaks_against + against,
    )
    return replace(one, unintended=signs)


def _for(one: CaseInteraction) -> Iterator[Statement]:
    for added in one.machine:
        if added.data_type == f"{MACHINE}speech" and added.fields.get("speech") == []:
            yield Statement(added.exhibit, "A machine found no speech in the recording; it can be wrong.")
        if added.data_type == f"{MACHINE}wake_word" and added.fields.get("heard") is False:
            says = f"{_score(added)}, not above its threshold; it misses spoken ones too.{_beside(one, heard=False)}"
            yield Statement(added.exhibit, says)
        if added.data_type == f"{MACHINE}transcript" and _lacks_wake_word(added):
            says = "A machine's transcript, made without a hotword, does not begin with a wake word; it can be wrong."
            yield Statement(added.exhibit, says)


def _against(one: CaseInteraction) -> Iterator[Statement]:
    for added in one.machine:
        if added.data_type == f"{MACHINE}wake_word" and added.fields.get("heard") is True:
            says = f"{_score(added)}, above its threshold; like sounds score too.{_beside(one, heard=True)}"
            yield Statement(added.exhibit, says)
        if added.data_type == f"{MACHINE}transcript" and added.fields.get("begins_with_wake_word") is True:
            says = "A machine's transcript, made without a hotword, begins with a wake word; it can be wrong."
            yield Statement(added.exhibit, says)


def _beside(one: CaseInteraction, *, heard: bool) -> str:
    """Say whether the device's and the service's own records agree with a machine's detector."""
    return "".join(f" {words}: {'they agree' if other is heard else 'they disagree'}." for words, other in _others(one))


def _others(one: CaseInteraction) -> Iterator[tuple[str, bool]]:
    """What the device made of the wake word, and the service of the request: in words, and whether it accepted it."""
    accepted = next((each for each in one.members if each.data_type in _ACCEPTED), None)
    refused = next((each for each in one.members if each.data_type == _REFUSED), None)
    if (device := accepted or refused) is not None:
        scores = _SCORES.search(device.says)
        shown = f" ({scores[1]})" if scores else ""
        did = "accepted" if accepted else "did not accept"
        yield f"The device's record {device.exhibit} says that it {did} the wake word{shown}", accepted is not None
    for given in one.statuses:
        if given.source == "account" and given.status in _TAKEN:
            yield f"The service's record {given.exhibit} gives the status {given.status}", _TAKEN[given.status]
            return


def _score(added: AddedRecord) -> str:
    return f"A machine's detector scores the wake word {added.fields.get('score')} in the recording"


def _lacks_wake_word(added: AddedRecord) -> bool:
    return bool(added.fields.get("text")) and added.fields.get("begins_with_wake_word") is False
