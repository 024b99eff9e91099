"""Gaps: relative to what a case holds, each with explanations, none of them preferred."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from echoforensics.case.spoken.case_gap import CaseGap, FoundAt
from echoforensics.timeline.gaps import find
from echoforensics.timeline.gaps.facts import ChunkCounter, InteractionFacts, LogChunk, MarkRecord
from echoforensics.timeline.gaps.sums import FactSums

FOLDER = "var/local/log"


def spoken(start: int | None, what: str) -> InteractionFacts:
    """Facts of an interaction; ``what``: h for a device's record, e for an entry, s for a sound."""
    return InteractionFacts(start, "h" in what, "e" in what, "s" in what, FoundAt(f"EF-{start}", "one", "x", "line:1"))


def chunk(number: int, log: str = "messages") -> LogChunk:
    found = LogChunk.of("one", f"{FOLDER}/{log}_{number:08}_20220101{number % 24:02}4501.gz")
    assert found is not None
    return found


def find_gaps(listed: list[InteractionFacts], *others: Any) -> list[CaseGap]:
    sums = FactSums()
    sums.change((), listed)
    return find.find_gaps(sums, *others)


def kinds(gaps: list[CaseGap]) -> list[tuple[str, int | None, int]]:
    return [(gap.data_type, gap.start, gap.count) for gap in gaps]


def test_an_absent_source_is_one_statement() -> None:
    gaps = find_gaps([spoken(at, "h") for at in range(1000)], [], [], [])
    assert kinds(gaps) == [("gap:no_account", 0, 1000)]
    assert "tell of 1000 interactions; whether" in gaps[0].message
    assert len(gaps[0].derived_from) == 20
    assert kinds(find_gaps([spoken(at, "e") for at in range(9)], [], [], [])) == [
        ("gap:no_device", 0, 9), ("gap:no_sound", 0, 9),
    ]  # fmt: skip


def test_nothing_is_missing_where_everything_is_there_or_nothing_is() -> None:
    assert find_gaps([], [], [], []) == []
    assert find_gaps([spoken(1, "hes"), spoken(2, "hes")], [], [], []) == []
    assert find_gaps([spoken(1, ""), spoken(None, "")], [], [], []) == []


def test_a_wake_word_without_entry_is_a_gap_only_within_the_accounts_period() -> None:
    listed = [
        spoken(1, "h"),
        spoken(2, "h"),
        *(spoken(at, "hes") for at in (10, 20, 30)),
        spoken(25, "h"),
        spoken(40, "h"),
    ]
    gaps = find_gaps(listed, [], [], [])
    assert kinds(gaps) == [
        ("gap:entries_begin_after", 1, 2), ("gap:wake_word_without_entry", 25, 1), ("gap:entries_end_before", 40, 1),
    ]  # fmt: skip
    assert [gap.number for gap in gaps] == ["GAP-0000001", "GAP-0000002", "GAP-0000003"]
    assert "The account was set to delete its history after a time." in gaps[0].explanations
    assert [at.exhibit for at in gaps[0].derived_from] == ["EF-1", "EF-2"]


def test_where_most_lack_it_that_is_one_gap() -> None:
    few = find_gaps([spoken(1, "es"), spoken(2, "es"), spoken(3, "e"), spoken(4, "hes")], [], [], [])
    assert kinds(few) == [("gap:entry_without_sound", 3, 1)]
    most = find_gaps([spoken(1, "hes"), *(spoken(at, "e") for at in range(2, 9))], [], [], [])
    assert kinds(most) == [("gap:entry_without_sound", 2, 7)]
    assert most[0].message == "Of 8 interactions with an entry of the account, 7 have no recording in the case."


def test_one_alone_is_not_counted_in_its_sentence() -> None:
    found = {gap.data_type: gap for gap in find_gaps([spoken(1, "e"), spoken(2, "s")], [], [], [])}
    assert found["gap:entry_without_sound"].message == "The account holds an entry, and the case no recording for it."
    assert found["gap:entry_without_sound"].count == 1


def test_a_gap_points_to_the_entry_or_the_recording_that_lacks_something() -> None:
    entry, sound = (FoundAt(f"EF-{word}", "two", word, "") for word in ("entry", "sound"))
    whole = [spoken(at, "hes") for at in range(10, 20)]
    lacking = [replace(spoken(1, "he"), entry_at=entry), replace(spoken(2, "hs"), sound_at=sound)]
    found = {gap.data_type: gap.derived_from for gap in find_gaps([*whole, *lacking], [], [], [])}
    assert (found["gap:entry_without_sound"], found["gap:sound_without_entry"]) == ((entry,), (sound,))


def test_a_sound_without_entry_in_a_case_that_holds_entries() -> None:
    gaps = find_gaps([spoken(1, "hes"), spoken(2, "hes"), spoken(None, "s")], [], [], [])
    assert kinds(gaps) == [("gap:sound_without_entry", None, 1)]


def test_holes_in_the_numbers_of_a_log_and_what_its_counters_say() -> None:
    counters = [
        ChunkCounter("messages", "youngest", 3928, FoundAt("EF-1", "one", f"{FOLDER}/messages_youngest", "")),
        ChunkCounter("messages", "oldest", 3920, FoundAt("EF-2", "one", f"{FOLDER}/messages_oldest", "")),
        ChunkCounter("messages", "youngest", 9999, FoundAt("EF-3", "one", "elsewhere/messages_youngest", "")),
        ChunkCounter("kern.log", "youngest", 9999, FoundAt("EF-4", "one", f"{FOLDER}/kern.log_youngest", "")),
    ]
    gaps = find_gaps([], [chunk(3921), chunk(3922), chunk(3925)], counters, [])
    assert [gap.message for gap in gaps if gap.data_type == "gap:log_numbers"] == [
        'Of the chunks of the log "messages", numbers 3923 to 3924 are missing.',
        'Of the chunks of the log "messages", numbers 3926 to 3928 are missing.',
        'Of the chunks of the log "messages", number 3920 is missing.',
    ]
    assert [gap.count for gap in gaps] == [2, 3, 1, 1]
    (retention,) = [gap for gap in gaps if gap.data_type == "gap:retention"]
    assert retention.message.startswith('Of the log "messages" the oldest chunk is number 3921')
    assert retention.derived_from[0].path.endswith("messages_00003921_20220101094501.gz")


def test_a_log_from_its_first_chunk_on_has_no_gap() -> None:
    assert find_gaps([], [chunk(1, "auth.log"), chunk(2, "auth.log")], [], []) == []


@pytest.mark.parametrize(
    "path",
    [
        "messages",
        "messages_1_20220101164501.gz",
        "messages_00003921_20220101164501.gz!/messages_00003921_20220101164501",
        "",
    ],
)
def test_what_is_no_chunk(path: str) -> None:
    assert LogChunk.of("one", path) is None


def test_a_date_that_does_not_exist_leaves_the_chunk_without_a_time() -> None:
    found = LogChunk.of("one", "messages_00000003_20229999999999.gz")
    assert found is not None
    assert (found.number, found.closed, found.folder) == (3, None, "")


def test_marks_are_gaps_with_the_records_own_sentence_and_order_changes_nothing() -> None:
    at = FoundAt("EF-9", "one", "x", "line:3")
    marks = [MarkRecord("deletion", "Deleted.", 5, None, at), MarkRecord("silence", "Silent.", 3, 4, at)]
    gaps = find_gaps([], [], [], marks)
    assert [(gap.data_type, gap.message, gap.start, gap.end) for gap in gaps] == [
        ("gap:silence", "Silent.", 3, 4), ("gap:deletion", "Deleted.", 5, None),
    ]  # fmt: skip
    assert find_gaps([], [], [], marks[::-1]) == gaps
    assert all(gap.explanations for gap in gaps)
    assert CaseGap.from_json(gaps[0].as_json()) == gaps[0]
    assert gaps[0].as_json()["parser"] == "gap_finder"
