"""Finds texts that are in what forms add to the values of records: the full-text index holds values only."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from echoforensics.case.record_forms.record_form import literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


def forms_with(store: Store, text: str) -> dict[str, list[int]]:
    """Return the forms whose records may hold a text of which not every character is in one value.

    Args:
        store: the case's store.
        text: the text, in any case.

    Returns:
        By the part of the text that is then in one value: the numbers of the forms. The part is empty where it may be
        in what the form adds as a whole.
    """
    folded = text.casefold()
    found: dict[str, list[int]] = defaultdict(list)
    for number, *templates in store.db.execute("SELECT id, message, fields FROM forms WHERE message IS NOT NULL"):
        parts = {part for template in templates for part in _parts_in_values(_folded(template), folded)}
        for part in [""] if "" in parts or (parts and not text.isascii()) else parts:
            found[part].append(number)
    return found


def records_of(store: Store, forms: list[int], runs: str | None) -> Iterator[int]:
    """Yield the records of some forms.

    Args:
        store: the case's store.
        forms: numbers of the forms.
        runs: only records that meet this query to the full-text index.
    """
    asked, values = (
        "SELECT number FROM record_values WHERE form IN (SELECT value FROM json_each(?))",
        [json.dumps(forms)],
    )
    if runs is not None:
        asked += " AND number IN (SELECT rowid FROM search WHERE search MATCH ?)"
        values.append(runs)
    return (number for (number,) in store.db.execute(asked, values))


@lru_cache(maxsize=4096)
def _folded(template: str) -> tuple[str, ...]:
    return tuple(text.casefold() for text in literals(template))


def _parts_in_values(added: tuple[str, ...], text: str) -> Iterator[str]:
    """Yield the part of a text that is in one value, for each way in which the text may reach into a form's texts."""
    last = len(added) - 1
    for number, literal in enumerate(added):
        if text in literal:
            yield ""
        if number and literal and literal[0] in text:
            yield from _before(literal, text, 1, is_last=number == last)
        if number < last and literal and text[0] in literal:
            for start in range(1, len(text)):
                if literal.endswith(text[:start]):
                    yield text[start:]
                    yield from _before(added[number + 1], text[start:], 0, is_last=number + 1 == last)


def _before(literal: str, text: str, least: int, *, is_last: bool) -> Iterator[str]:
    """Yield the parts of a text, of a least length, that a literal may follow."""
    for end in range(least, len(text)):
        rest = text[end:]
        if literal.startswith(rest) or (not is_last and rest.startswith(literal)):
            yield text[:end]
