"""Finds gaps. A gap is relative to the contents of the case: an absent source is one statement, not thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from echoforensics.case.spoken.case_gap import PREFIX, CaseGap, FoundAt
from echoforensics.timeline.gaps import explanations
from echoforensics.timeline.gaps.facts import ChunkCounter, LogChunk, MarkRecord
from echoforensics.timeline.gaps.sums import POINTED_TO, Counted, FactSums

#: Data types of the gaps among interactions.
OF_INTERACTIONS = frozenset(
    {
        "gap:no_account", "gap:no_device", "gap:no_sound", "gap:wake_word_without_entry", "gap:entries_begin_after",
        "gap:entries_end_before", "gap:entry_without_sound", "gap:sound_without_entry",
    }
)  # fmt: skip
_NO_NUMBER = ""


def find_gaps(
    sums: FactSums, chunks: Iterable[LogChunk], counters: Iterable[ChunkCounter], marks: Iterable[MarkRecord]
) -> list[CaseGap]:
    """Return every gap, numbered by time; those without a time last."""
    return numbered([*gaps_of_interactions(sums), *gaps_of_records(chunks, counters, marks)])


def gaps_of_records(
    chunks: Iterable[LogChunk], counters: Iterable[ChunkCounter], marks: Iterable[MarkRecord]
) -> list[CaseGap]:
    """Return the gaps that logs and single records show, not numbered."""
    return [*_of_logs(list(chunks), list(counters)), *map(_of_mark, marks)]


def numbered(gaps: Iterable[CaseGap]) -> list[CaseGap]:
    """Number gaps by time; those without a time last. Of equal ones the order stays, in one evidence item and file."""
    found = sorted(gaps, key=_by_time)
    return [replace(gap, number=f"{PREFIX}{number:07}") for number, gap in enumerate(found, 1)]


def _by_time(gap: CaseGap) -> tuple[bool, int, str, str, str, str]:
    at = gap.derived_from[0]
    place = ("", "") if gap.data_type in OF_INTERACTIONS else (at.evidence, at.path)
    return (gap.start is None, gap.start or 0, gap.data_type, gap.message, *place)


def gaps_of_interactions(sums: FactSums) -> Iterator[CaseGap]:
    """Yield the gaps among interactions, not numbered. Their data types are :data:`OF_INTERACTIONS`."""
    heard, entries, sounds = sums.heard, sums.entries, sums.sounds
    if heard.count and not entries.count:
        sentence = (
            "The case holds no entry of an account. A device's records tell of {}; whether the account had entries for"
            " them cannot be known from this case."
        )
        yield _absent("gap:no_account", heard, sentence)
    if entries.count and not heard.count:
        yield _absent("gap:no_device", entries, "The case holds no device's record of a wake word or a request. The"
                      " account's entries tell of {}; whether the device's log confirms them cannot be known from this"
                      " case.")  # fmt: skip
    if entries.count and not sounds.count:
        yield _absent("gap:no_sound", entries, "The case holds no recording of an utterance. The account's entries tell"
                      " of {}.")  # fmt: skip
    if heard.count and entries.count:
        yield from _without_entry(sums)
    if entries.count and sounds.count:
        yield from _several(
            "gap:entry_without_sound", sums.without_sound, entries.count,
            "The account holds an entry, and the case no recording for it.",
            "Of {all} interactions with an entry of the account, {lacking} have no recording in the case.",
            explanations.NO_SOUND,
        )  # fmt: skip
        yield from _several(
            "gap:sound_without_entry", sums.without_entry, sounds.count,
            "The case holds a recording, and no entry of an account for it.",
            "Of {all} interactions with a recording, {lacking} have no entry of an account in the case.",
            explanations.SOUND_ALONE,
        )  # fmt: skip


def _absent(data_type: str, listed: Counted, sentence: str) -> CaseGap:
    message = sentence.format(f"{listed.count} interaction{'' if listed.count == 1 else 's'}")
    return _gap(data_type, message, listed, explanations.ABSENT)


def _without_entry(sums: FactSums) -> Iterator[CaseGap]:
    """One gap each within the period of the account's entries; a single gap for all before and after it."""
    yield from _several(
        "gap:wake_word_without_entry", sums.within, sums.heard.count - sums.before.count - sums.after.count,
        "A device's record says that a wake word was accepted, and the account's entries, which reach from before to"
        " after it, hold none for it.",
        "Of {all} interactions that a device's records tell of within the period of the account's entries, {lacking}"
        " have no entry.",
        explanations.NO_ENTRY,
    )  # fmt: skip
    for word, listed in (("begin after", sums.before), ("end before", sums.after)):
        if listed.count:
            count = f"{listed.count} interaction{'' if listed.count == 1 else 's'}"
            message = f"The account's entries {word} {count} that a device's records tell of."
            yield _gap(f"gap:entries_{word.replace(' ', '_')}", message, listed, explanations.NO_ENTRIES_OUTSIDE)


def _several(
    data_type: str, lacking: Counted, count: int, each: str, together: str, reasons: tuple[str, ...]
) -> Iterator[CaseGap]:
    """Yield one gap each if few lack something, or one for all if most do and they are several."""
    if lacking.whole and (lacking.count == 1 or 2 * lacking.count <= count):
        yield from (
            CaseGap(_NO_NUMBER, data_type, each, one.time, one.time, reasons, (one.at,)) for one in lacking.points
        )
    elif lacking.count:
        yield _gap(data_type, together.format(all=count, lacking=lacking.count), lacking, reasons)


def _gap(data_type: str, message: str, listed: Counted, reasons: tuple[str, ...]) -> CaseGap:
    return CaseGap(
        _NO_NUMBER, data_type, message, listed.start, listed.end, reasons,
        tuple(one.at for one in listed.points[:POINTED_TO]), listed.count,
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
