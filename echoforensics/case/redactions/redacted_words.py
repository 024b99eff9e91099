"""Texts with word times: words that overlap removed ranges are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.redactions.phrases import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def kept_words(words: Iterable[Any], ranges: Iterable[tuple[float, float]]) -> list[list[Any]]:
    """Return the words that do not overlap the ranges; one mark replaces each run of removed words.

    Args:
        words: each with its text, its start and its end in seconds, and more.
        ranges: ranges in seconds.
    """
    given, kept = list(ranges), list[list[Any]]()
    for word in words:
        if not _overlaps(word, given):
            kept.append(list(word))
        elif kept and kept[-1][0] == REDACTED:
            kept[-1][2] = word[2]
        else:
            kept.append([REDACTED, word[1], word[2], None])
    return kept


def removed_runs(words: Iterable[Any], ranges: Iterable[tuple[float, float]]) -> Iterator[str]:
    """Yield the words that overlap the ranges: each run as one text."""
    given, run = list(ranges), list[str]()
    for word in words:
        if _overlaps(word, given):
            run.append(str(word[0]))
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def words_text(words: Iterable[Sequence[Any]]) -> str:
    """Words as one text."""
    return " ".join(str(word[0]) for word in words)


def _overlaps(word: Any, ranges: Iterable[tuple[float, float]]) -> bool:
    _, start, end, *_ = word
    return any(start < last and end > first for first, last in ranges)
