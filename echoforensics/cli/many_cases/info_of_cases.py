"""``echoforensics info CASE CASE...``."""

from __future__ import annotations

import json
import sys
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.many_cases.opened_cases import opened_cases
from echoforensics.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from echoforensics.case.case import Case
    from echoforensics.case.several.shared_things import SharedThing

#: At most this many things of a kind are shown; ``--json`` has them all.
_MOST = 30


def show(paths: Sequence[Path], *, as_json: bool, unverified: bool) -> None:
    """Say what several cases have in common.

    Args:
        paths: the cases.
        as_json: whether it is said as JSON.
        unverified: whether cases that do not hold are read anyway.
    """
    from echoforensics.case.several.shared_things import shared_things
    from echoforensics.cli.safe_text import safe

    with opened_cases(paths, unverified=unverified) as cases:
        found = shared_things(cases)
        if as_json:
            _write_json(cases, found)
            return
        for line in _lines(cases, found):
            click.echo(safe(line))


def _write_json(cases: Sequence[tuple[str, Case]], found: Iterable[SharedThing]) -> None:
    """Write one document; what the cases have in common is streamed."""
    listed = [_case(name, case) for name, case in cases]
    ascii_only = sys.stdout.isatty()
    click.echo(f'{{"cases": {json.dumps(listed, ensure_ascii=ascii_only)}, "shared": [', nl=False)
    for number, thing in enumerate(found):
        click.echo((",\n" if number else "\n") + json.dumps(thing.as_json(), ensure_ascii=ascii_only), nl=False)
    click.echo("\n]}")


def _case(name: str, case: Case) -> dict[str, Any]:
    about = case.store.info()
    known = {key: about[key] for key in ("reference", "examiner", "agency") if about.get(key)}
    return {"case": name, **known, "unverified": case.unverified, "counts": case.counts()._asdict()}


def _lines(cases: Sequence[tuple[str, Case]], found: Iterator[SharedThing]) -> Iterator[str]:
    for name, case in cases:
        about = _case(name, case)
        stated = "; ".join(f"{key}: {about[key]}" for key in ("reference", "examiner", "agency") if key in about)
        there = case.counts()
        yield (
            f"{name}" + (f" ({stated})" if stated else "") + f": {counted(there.evidence, 'evidence item')},"
            f" {counted(there.records, 'record')}, {counted(there.recordings, 'distinct recording')}"
        )
    yield ""
    yield "In more than one of these cases, by id or by hash:"
    several = False
    for kind, things in groupby(found, key=attrgetter("kind")):
        several = True
        yield ""
        yield kind.capitalize()
        for thing in islice(things, _MOST):
            yield f"  {thing.value}  " + "; ".join(map(_in_case, thing.cases))
        if more := sum(1 for _ in things):
            yield f"  and {more} more; --json lists them"
    if not several:
        yield "  nothing"


def _in_case(where: Any) -> str:
    return f"{where.case}: {counted(where.records, 'record')}, first {where.exhibit}" if where.records else where.case
