"""Searches transcripts and other texts for words by spelling and by sound.

Spelling is compared with rapidfuzz, and sound by the Metaphone code of each word (jellyfish): "lite" and "light" sound
alike. A result is a similar text, no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_by_file
from echoforensics.errors import UsageError
from echoforensics.listening.finding import TRANSCRIPT, WITH_HOTWORD
from echoforensics.listening.installed import library
from echoforensics.listening.text_differences import words_of

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import FileRow

#: The least similarity of a result, out of 100.
LEAST = 60.0
#: The default number of results.
LIMIT = 20


@dataclass(frozen=True, slots=True)
class LikeText:
    """A text similar to the search words.

    Attributes:
        likeness: the mean of spelling and sound, 0 to 100.
        spelling: the similarity of the spelling.
        sound: the similarity of the sound.
        exhibit: the exhibit of the text.
        source: ``machine`` for a machine transcript, ``service`` for a text stored by the service.
        about: the exhibit of the recording, for a machine transcript.
        interaction: number of the interaction, or None.
        datetime: the row's time in UTC, or None.
        text: the whole text.
        words: the similar words in it.
        at: when they begin in the recording, in seconds, if known.
    """

    likeness: float
    spelling: float
    sound: float
    exhibit: str
    source: str
    about: str
    interaction: str | None
    datetime: str | None
    text: str
    words: str
    at: float | None


def find_like(case: Case, wanted: str, limit: int = LIMIT) -> list[LikeText]:
    """Return the texts of a case most similar to some words, the most similar first.

    Args:
        case: the case. The search covers the service's texts and, after listening, machine transcripts.
        wanted: the words to search for.
        limit: the most results.

    Raises:
        UsageError: ``wanted`` has no words, or the extra ``listen`` is not installed.
    """
    words = words_of(wanted)
    if not words:
        raise UsageError(f"{wanted!r} contains no word to search for")
    matcher = _Matcher(words)
    found = [like for row in _texts(case) if (like := matcher.compare(row)) is not None]
    found.sort(key=lambda like: (-like.likeness, like.exhibit))
    # A record with several times has the same text in each of its rows.
    first: dict[tuple[str, str, str | None], LikeText] = {}
    for like in found:
        first.setdefault((like.source, like.text, like.interaction or like.exhibit), like)
    return list(first.values())[:limit]


def _texts(case: Case) -> Iterator[FileRow]:
    yield from rows_by_file(case.store, Query(types=(TRANSCRIPT, WITH_HOTWORD)))
    yield from (row for row in rows_by_file(case.store, Query(regex=".")) if row["transcript"])


class _Matcher:
    """Compares search words with texts."""

    def __init__(self, words: list[str]) -> None:
        self._ratio = library("rapidfuzz.fuzz")
        self._metaphone = library("jellyfish").metaphone
        self._spelling = " ".join(words)
        self._sound = self._codes(words)

    def compare(self, row: FileRow) -> LikeText | None:
        """Compare the text of a row. None if it is not similar."""
        fields = json.loads(row["fields"]) if row["data_type"].startswith("machine:") else {}
        text = str(fields.get("text") or "") if fields else str(row["transcript"] or "")
        words = words_of(text)
        if not words:
            return None
        spelt = self._ratio.partial_ratio_alignment(self._spelling, " ".join(words))
        sound = float(self._ratio.partial_ratio(self._sound, self._codes(words)))
        # A text shorter than the search words cannot match.
        whole = min(1.0, len(" ".join(words)) / len(self._spelling))
        likeness = (spelt.score + sound) / 2 * whole
        if likeness < LEAST:
            return None
        first, last = _word_numbers(words, spelt.dest_start, spelt.dest_end)
        return LikeText(
            likeness=round(likeness, 1),
            spelling=round(float(spelt.score), 1),
            sound=round(sound, 1),
            exhibit=row["exhibit"],
            source="machine" if fields else "service",
            about=str(fields.get("about") or ""),
            interaction=row["interaction"],
            datetime=row["datetime"],
            text=text,
            words=" ".join(words[first:last]),
            at=_time(fields, words, first),
        )

    def _codes(self, words: list[str]) -> str:
        """Return the sound of words: consonants, and a vowel at the beginning of a word."""
        return " ".join(filter(None, (self._metaphone(word) or word.upper() for word in words)))


def _word_numbers(words: list[str], start: int, end: int) -> tuple[int, int]:
    """Return the words between two positions in a text: the index of the first, and after the last."""
    at, first, last = 0, 0, len(words)
    for number, word in enumerate(words):
        if at + len(word) <= start:
            first = number + 1
        if at >= end:
            last = number
            break
        at += len(word) + 1
    return min(first, len(words) - 1), max(last, first + 1)


def _time(fields: dict[str, Any], words: list[str], number: int) -> float | None:
    """Return when a word begins, by the machine's word times."""
    timed = [(part, word[1]) for word in fields.get("words", ()) for part in words_of(str(word[0]))]
    if [part for part, _ in timed] != words:
        return None
    return float(timed[number][1])
