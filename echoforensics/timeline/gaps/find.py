"""Finds gaps. A gap is relative to the contents of the case: an absent source is one statement, not thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from echoforensics.case.spoken.case_gap import PREFIX, CaseGap, FoundAt
from echoforensics.timeline.gaps import explanations
from echoforensics.timeline.gaps.facts import ChunkCounter, InteractionFacts, LogChunk, MarkRecord

#: Maximum number of items to store as the basis of one gap.
_POINTED_TO = 20
#: If only a minority of one kind lacks something, each is a gap of its own, up to this many.
MOST_OF_A_KIND = 500

_NO_NUMBER = ""


def find_gaps(
    interactions: Iterable[InteractionFacts],
    chunks: Iterable[LogChunk],
    counters: Iterable[ChunkCounter],
    marks: Iterable[MarkRecord],
) -> list[CaseGap]:
    """Return every gap, numbered by time; those without a time last."""
    listed = list(interactions)
    found = [*_of_interactions(listed), *_of_logs(list(chunks), list(counters)), *map(_of_mark, marks)]
    found.sort(key=lambda gap: (gap.start is None, gap.start or 0, gap.data_type, gap.message))
    return [replace(gap, number=f"{PREFIX}{number:07}") for number, gap in enumerate(found, 1)]


def _of_interactions(listed: list[InteractionFacts]) -> Iterator[CaseGap]:
    heard = [one for one in listed if one.heard]
    entries = [replace(one, at=one.entry_at or one.at) for one in listed if one.entry]
    sounds = [replace(one, at=one.sound_at or one.at) for one in listed if one.sound]
    if heard and not entries:
        sentence = (
            "The case holds no entry of an account. A device's records tell of {}; whether the account had entries for"
            " them cannot be known from this case."
        )
        yield _absent("gap:no_account", heard, sentence)
    if entries and not heard:
        yield _absent("gap:no_device", entries, "The case holds no device's record of a wake word or a request. The"
                      " account's entries tell of {}; whether the device's log confirms them cannot be known from this"
                      " case.")  # fmt: skip
    if entries and not sounds:
        yield _absent("gap:no_sound", entries, "The case holds no recording of an utterance. The account's entries tell"
                      " of {}.")  # fmt: skip
    if heard and entries:
        yield from _without_entry(heard, entries)
    if entries and sounds:
        yield from _several(
            "gap:entry_without_sound", [one for one in entries if not one.sound], _count(entries),
            "The account holds an entry, and the case no recording for it.",
            "Of {all} interactions with an entry of the account, {lacking} have no recording in the case.",
            explanations.NO_SOUND,
        )  # fmt: skip
        yield from _several(
            "gap:sound_without_entry", [one for one in sounds if not one.entry], _count(sounds),
            "The case holds a recording, and no entry of an account for it.",
            "Of {all} interactions with a recording, {lacking} have no entry of an account in the case.",
            explanations.SOUND_ALONE,
        )  # fmt: skip


def _count(listed: Iterable[InteractionFacts]) -> int:
    return sum(one.count for one in listed)


def _absent(data_type: str, listed: list[InteractionFacts], sentence: str) -> CaseGap:
    count = _count(listed)
    message = sentence.format(f"{count} interaction{'' if count == 1 else 's'}")
    return _gap(data_type, message, listed, explanations.ABSENT)


def _without_entry(heard: list[InteractionFacts], entries: list[InteractionFacts]) -> Iterator[CaseGap]:
    """One gap each within the period of the account's entries; a single gap for all before and after it."""
    times = [one.start for one in entries if one.start is not None]
    first, last = min(times, default=None), max(times, default=None)
    lacking = [one for one in heard if not one.entry and one.start is not None]
    before = [one for one in lacking if first is None or one.start is None or one.start < first]
    after = [one for one in lacking if last is not None and one.start is not None and one.start > last]
    outside = {*before, *after}
    within = [one for one in lacking if one not in outside]
    inside = [one for one in heard if one not in outside]
    yield from _several(
        "gap:wake_word_without_entry", within, _count(inside),
        "A device's record says that a wake word was accepted, and the account's entries, which reach from before to"
        " after it, hold none for it.",
        "Of {all} interactions that a device's records tell of within the period of the account's entries, {lacking}"
        " have no entry.",
        explanations.NO_ENTRY,
    )  # fmt: skip
    for word, listed in (("begin after", before), ("end before", after)):
        if listed:
            count = f"{_count(listed)} interaction{'' if _count(listed) == 1 else 's'}"
            message = f"The account's entries {word} {count} that a device's records tell of."
            yield _gap(f"gap:entries_{word.replace(' ', '_')}", message, listed, explanations.NO_ENTRIES_OUTSIDE)


def _several(
    data_type: str, lacking: list[InteractionFacts], count: int, each: str, together: str, reasons: tuple[str, ...]
) -> Iterator[CaseGap]:
    """Yield one gap each if few lack something, or one for all if most do."""
    missing = _count(lacking)
    if 2 * missing <= count and missing <= MOST_OF_A_KIND:
        yield from (_gap(data_type, each, [one], reasons) for one in lacking)
    elif lacking:
        yield _gap(data_type, together.format(all=count, lacking=missing), lacking, reasons)


def _gap(data_type: str, message: str, listed: Sequence[InteractionFacts], reasons: tuple[str, ...]) -> CaseGap:
    times = [one.start for one in listed if one.start is not None]
    ordered = sorted(listed, key=lambda one: (one.start is None, one.start or 0, one.at.exhibit))
    return CaseGap(
        _NO_NUMBER, data_type, message, min(times, default=None), max(times, default=None), reasons,
        tuple(one.at for one in ordered[:_POINTED_TO]), _count(listed),
    )  # fmt: skip


def _of_logs(chunks: list[LogChunk], counters: list[ChunkCounter]) -> Iterator[CaseGap]:
    """Yield missing numbers among the chunks of one log, and how far back the log reaches."""
    by_log: dict[tuple[str, str, str], dict[int, LogChunk]] = defaultdict(dict)
    for chunk in chunks:
        by_log[chunk.evidence, chunk.folder, chunk.log].setdefault(chunk.number, chunk)
    for (evidence, folder, log), numbered in sorted(by_log.items()):
        own = [one for one in counters if (one.at.evidence, one.log, _folder(one.at.path)) == (evidence, log, folder)]
        yield from _missing_numbers(log, numbered, own)
        oldest = numbered[min(numbered)]
        message = (
            f'Of the log "{log}" the oldest chunk is number {oldest.number}; what the log held before that chunk is not'
            " in the evidence."
        )
        if oldest.number > 1:
            yield CaseGap(
                _NO_NUMBER, "gap:retention", message, None, oldest.closed, explanations.RETENTION, (_at(oldest),)
            )


def _missing_numbers(log: str, numbered: dict[int, LogChunk], counters: list[ChunkCounter]) -> Iterator[CaseGap]:
    present = sorted(numbered)
    for before, after in pairwise(present):
        if after - before > 1:
            yield _hole(log, before + 1, after - 1, [_at(numbered[before]), _at(numbered[after])],
                        numbered[before].closed, numbered[after].closed)  # fmt: skip
    for counter in counters:
        if counter.which == "oldest" and counter.number < present[0]:
            points = [counter.at, _at(numbered[present[0]])]
            yield _hole(log, counter.number, present[0] - 1, points, None, numbered[present[0]].closed)
        if counter.which == "youngest" and counter.number > present[-1]:
            points = [counter.at, _at(numbered[present[-1]])]
            yield _hole(log, present[-1] + 1, counter.number, points, numbered[present[-1]].closed, None)


def _hole(log: str, first: int, last: int, points: list[FoundAt], start: int | None, end: int | None) -> CaseGap:
    count = last - first + 1
    which = f"number {first}" if count == 1 else f"numbers {first} to {last}"
    message = f'Of the chunks of the log "{log}", {which} {"is" if count == 1 else "are"} missing.'
    return CaseGap(_NO_NUMBER, "gap:log_numbers", message, start, end, explanations.NUMBERS, tuple(points), count)


def _of_mark(mark: MarkRecord) -> CaseGap:
    reasons = explanations.DELETION if mark.kind == "deletion" else explanations.SILENCE
    return CaseGap(_NO_NUMBER, f"gap:{mark.kind}", mark.message, mark.start, mark.end, reasons, (mark.at,))


def _at(chunk: LogChunk) -> FoundAt:
    return FoundAt("", chunk.evidence, chunk.path, "")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
