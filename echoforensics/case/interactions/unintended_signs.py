"""Signs that an interaction was not intended, with statements for and against. Never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from echoforensics.case.interactions.contradictions import DISCARDED, account_status
from echoforensics.case.interactions.texts import (
    TEXT_SOURCE,
    answers_of,
    has_wake_word,
    is_wake_word_alone,
    recognised,
    segment_of,
)
from echoforensics.case.spoken.interaction import Statement, Unintended
from echoforensics.case.spoken.spoken_record import Role, SpokenRecord, Witness
from parsers.utterance import UtteranceId

_NO_EXPRESSED = "NO_EXPRESSED_INTENT"
_WAKE_WORD_ONLY = "WAKE_WORD_ONLY"


class _ShownSign(NamedTuple):
    """A sign, the records that show it in words, and innocent explanations."""

    sign: str
    shown_by: list[Statement]
    innocent: list[str]


def unintended_of(records: Sequence[SpokenRecord], *, account_held: bool) -> Unintended | None:
    """The signs of an interaction; None if there is none.

    Args:
        records: of the interaction.
        account_held: whether the case holds account entries at all; if not, the lack of one is no sign.
    """
    found = [*_near_misses(records), *_by_status(records), *_wake_word_only(records), *_without_wake_word(records)]
    if account_held:
        found += _without_entry(records)
    if not found:
        return None
    speaks_for = [statement for one in found for statement in one.shown_by]
    innocent = [Statement("", sentence) for one in found for sentence in one.innocent]
    return Unintended(
        tuple(dict.fromkeys(one.sign for one in found)),
        tuple(dict.fromkeys(speaks_for)),
        tuple(dict.fromkeys([*_against(records), *innocent])),
    )


def _near_misses(records: Sequence[SpokenRecord]) -> Iterator[_ShownSign]:
    shown = [
        Statement(record.exhibit, "The record says: the detector heard something like the wake word and did not accept"
                  f" it{_scores(record)}.")
        for record in records
        if record.role is Role.NEAR_MISS
    ]  # fmt: skip
    if shown:
        yield _ShownSign("near miss", shown, ["A wake word that was spoken softly or far away can be a near miss too."])


def _scores(record: SpokenRecord) -> str:
    given = [
        f"{word} {text}"
        for name, word in (("classifier_score", "classifier score"), ("active_threshold", "threshold"))
        if (text := record.text(name))
    ]
    return f" ({', '.join(given)})" if given else ""


def _by_status(records: Sequence[SpokenRecord]) -> Iterator[_ShownSign]:
    for status, sign, innocent in (
        (DISCARDED, "discarded", "The service can take what was said to the device for something that was not."),
        (_NO_EXPRESSED, "no expressed intent", "A wake word that was meant can be followed by silence."),
    ):
        shown = [Statement(record.exhibit, f"The record says: the status is {status}.")
                 for record in records if account_status(record) == status]  # fmt: skip
        if shown:
            yield _ShownSign(sign, shown, [innocent])


def _wake_word_only(records: Sequence[SpokenRecord]) -> Iterator[_ShownSign]:
    """The only known text of the whole stream is a wake word, and a record says so or holds that text."""
    texts = recognised(records)
    if any(text and not is_wake_word_alone(text) for _, text, _ in texts):
        return
    shown = [
        Statement(record.exhibit, f"The record says: {_WAKE_WORD_ONLY}.")
        for record in records
        if _WAKE_WORD_ONLY in (account_status(record), record.text("domain_attributes"))
    ]
    shown += [Statement(record.exhibit, f'The record says: the text is "{text}", a wake word and no more.')
              for _, text, record in texts if text and is_wake_word_alone(text)]  # fmt: skip
    if shown:
        yield _ShownSign("wake word only", shown, ["A segment with the request may be missing from the case."])


def _without_wake_word(records: Sequence[SpokenRecord]) -> Iterator[_ShownSign]:
    """There is a text, and neither it nor another record mentions a wake word."""
    texts = [(text, record) for _, text, record in recognised(records) if text]
    heard = any(record.role in (Role.WAKE_WORD, Role.NEAR_MISS) for record in records)
    typed = any((u := UtteranceId.parse(r.utterance_id or "")) and u.source == TEXT_SOURCE for r in records)
    if not texts or heard or typed or any(has_wake_word(text) for text, _ in texts):
        return
    if any((segment_of(record) or 0) > 0 for _, record in texts):
        # An earlier segment is known to exist: that of the wake word.
        return
    shown = [Statement(record.exhibit, f'The record says: the text is "{text}"; no wake word is in it.')
             for text, record in texts]  # fmt: skip
    innocent = [
        "The service can store a text without the wake word; a button, a tap, or listening that goes on after an"
        " answer needs none."
    ]
    yield _ShownSign("text without wake word", shown, innocent)


def _without_entry(records: Sequence[SpokenRecord]) -> Iterator[_ShownSign]:
    sounds = [record for record in records if record.role is Role.RECORDING]
    if sounds and not any(record.role is Role.ENTRY for record in records):
        shown = [Statement(record.exhibit, "The case holds the recording, and no entry of an account for it.")
                 for record in sounds]  # fmt: skip
        innocent = ["The entry can have been deleted, or left out of what was obtained; the recording can be no"
                    " utterance at all."]  # fmt: skip
        yield _ShownSign("recording without entry", shown, innocent)


def _against(records: Sequence[SpokenRecord]) -> Iterator[Statement]:
    """Statements that the interaction was intended."""
    has_entry = any(record.role is Role.ENTRY for record in records)
    for record in records:
        if record.role is Role.WAKE_WORD:
            says = f"The record says: the detector accepted the wake word{_scores(record)}."
            yield Statement(record.exhibit, says)
        elif record.role is Role.ENTRY and record.text("status") == "SUCCESS":
            yield Statement(record.exhibit, "The record says: the status is SUCCESS.")
        elif record.data_type == "echo:log:answer":
            yield Statement(record.exhibit, "The record says: the device played an answer.")
        elif record.role is Role.LIST and record.source is Witness.NONE and not has_entry:
            # Beside an entry it says nothing more: what the service discarded is listed too.
            yield Statement(record.exhibit, "A list names the utterance at the service.")
    for _, text, record in recognised(records):
        if text and not is_wake_word_alone(text):
            yield Statement(record.exhibit, f'The record says: the text is "{text}".')
    for answer in answers_of(records):
        yield Statement(answer.exhibit, "The record holds an answer of Alexa.")
