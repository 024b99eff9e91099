"""``echoforensics parsers``."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from echoforensics.errors import UsageError
from parsers.catalogue import Entry, catalogue


@click.command("parsers")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, name: str | None, as_json: bool) -> None:
    """What can be read, what it is known by, and on what it was validated."""
    found = [entry for entry in catalogue() if name in (None, entry.name)]
    if not found:
        raise UsageError(f"there is no parser {name!r}; `echoforensics parsers` lists them")
    if as_json:
        shown = [{"name": p.name, "version": p.version, **asdict(p.about)} for p in found]
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif name is None:
        width = max(len(parser.name) for parser in found)
        for parser in found:
            click.echo(f"{parser.name:{width}}  {parser.about.title}")
    else:
        click.echo(_described(found[0]))


def _described(parser: Entry) -> str:
    about = parser.about
    parts = [f"{parser.name}, version {parser.version}: {about.title}"]
    lists = (
        ("Data types", about.data_types), ("Known by", about.known_by), ("Shows", (about.proves,)),
        ("Does not show", (about.does_not_prove,)), ("Validated on", about.validated_on), ("Limits", about.limits),
        ("References", about.references),
    )  # fmt: skip
    for title, lines in lists:
        if lines:
            parts.append(title + "\n" + "\n".join(f"  - {line}" for line in lines))
    return "\n\n".join(parts)
