"""``echoforensics interactions CASE CASE...``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.many_cases.opened_cases import opened_cases
from echoforensics.cli.unverified import note_redactions
from echoforensics.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.interactions.interaction_query import InteractionQuery
    from echoforensics.case.several.same_interactions import SameInteraction
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.export.jsonl import Writable

    Found = tuple[str, CaseInteraction, tuple[SameInteraction, ...]]

#: What each interaction has beside its own columns.
_CASE, _ALSO_IN = "case", "also_in"


def show(
    paths: Sequence[Path],
    query: InteractionQuery,
    form: str | None,
    output: Path | None,
    local: ZoneInfo | None,
    *,
    replace: bool,
    unverified: bool,
) -> None:
    """Show the interactions of several cases, each with those of other cases that have something in common with it.

    Args:
        paths: the cases.
        query: which interactions are asked for.
        form: ``text``, ``lines``, ``csv``, ``jsonl`` or ``json``; None for lines, or for what the output ends in.
        output: a file; None for standard output.
        local: a zone in which times are shown too.
        replace: whether a file that is there is replaced.
        unverified: whether cases that do not hold are read anyway.
    """
    from echoforensics.cli.safe_text import SafeStream
    from echoforensics.export.digests import record_beside, refuse_digest_file

    with opened_cases(paths, unverified=unverified) as cases:
        for _, case in cases:
            note_redactions(case)
        _refuse_unknown_names([case for _, case in cases], query)
        why = "; ".join(f"{name}: {case.unverified}" for name, case in cases if case.unverified)
        if output is None:
            stream: Writable = SafeStream(sys.stdout) if sys.stdout.isatty() else sys.stdout
            count = _write(_found(cases, query), form or "lines", stream, local, why)
            sys.stdout.flush()
            click.echo(counted(count, "interaction"), err=True)
            return
        for _, case in cases:
            case.refuse_inside(output)
        refuse_digest_file(output, replace=replace)
        count = _write_file(_found(cases, query), form or "text", output, local, why, replace=replace)
        click.echo(f"{counted(count, 'interaction')} written to {output}", err=True)
        click.echo(record_beside(output, why), err=True)


def _refuse_unknown_names(cases: Sequence[Case], query: InteractionQuery) -> None:
    """Refuse a device that is in none of the cases. Raises UsageError."""
    from echoforensics.case.interactions.interaction_check import refuse_unknown_names
    from echoforensics.errors import UsageError

    refused = []
    for case in cases:
        try:
            refuse_unknown_names(case.store, query)
        except UsageError as error:
            refused.append(error)
    if len(refused) == len(cases):
        raise refused[0]


def _found(cases: Sequence[tuple[str, Case]], query: InteractionQuery) -> Iterator[Found]:
    from echoforensics.case.interactions.interaction_query import interactions
    from echoforensics.case.several.same_interactions import SameInteractions

    with SameInteractions(cases) as same:
        for number, (name, case) in enumerate(cases):
            for one in interactions(case.store, query):
                yield name, one, same.of(number, one.number)


def _write_file(
    found: Iterator[Found], form: str, output: Path, local: ZoneInfo | None, unverified: str, *, replace: bool
) -> int:
    """Write a file that appears whole or not at all."""
    from echoforensics.errors import UsageError
    from echoforensics.export.files import refuse_existing, whole_file

    refuse_existing(output, replace=replace)
    try:
        with whole_file(output) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
            count = _write(found, form, stream, local, unverified)
            stream.flush()
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
    return count


def _write(found: Iterator[Found], form: str, stream: Writable, local: ZoneInfo | None, unverified: str) -> int:
    from echoforensics.export import interaction_list as lists

    if form == "csv":
        return lists.write_csv(_rows(found, local), (_CASE, *lists.INTERACTION_COLUMNS, _ALSO_IN), stream, local)
    if form == "jsonl":
        return lists.write_jsonl(_json(found, local), stream)
    if form == "json":
        return lists.write_json(_json(found, local), "interactions", unverified, stream)
    from echoforensics.cli.safe_text import safe

    count = 0
    for count, (name, one, also) in enumerate(found, 1):  # noqa: B007 (the count is wanted)
        lines = [f"{one.number}  {one.sentence}"] if form == "lines" else lists.interaction_lines(one)
        for number, line in enumerate(lines):
            stream.write(safe((f"{name}  {line}" if not number else line).replace("\n", " ")) + "\n")
        for each in also:
            stream.write(safe(f"    Also in {each.case}: {each.number}, by {each.by}".replace("\n", " ")) + "\n")
    return count


def _json(found: Iterator[Found], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    from echoforensics.export.interaction_list import interaction_values

    for name, one, also in found:
        for value in interaction_values([one], local):
            yield {_CASE: name, **value, _ALSO_IN: [each._asdict() for each in also]}


def _rows(found: Iterator[Found], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    from echoforensics.export.interaction_list import interaction_rows

    for name, one, also in found:
        for row in interaction_rows([one], local):
            yield {_CASE: name, **row, _ALSO_IN: "; ".join(f"{each.case} {each.number} ({each.by})" for each in also)}
