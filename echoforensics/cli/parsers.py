"""``echoforensics parsers``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.authoring import new_parser
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from parsers.catalogue import CatalogueEntry


@click.command("parsers")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--new", is_flag=True, help="Begin a parser of this NAME: definition, fixture folder and test.")
@click.option("--kind", type=click.Choice(new_parser.KINDS), default="json", show_default=True, help="With --new.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    show_default="this folder",
    metavar="FOLDER",
    help="With --new: a checkout of the project.",
)
@click.option("--pages", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write a page for each.")
def command(*, name: str | None, as_json: bool, new: bool, kind: str, into: Path, folder: Path | None) -> None:
    """What can be read, what it is known by, and on what it was validated."""
    from echoforensics.authoring import pages
    from parsers.catalogue import catalogue

    if new:
        _begin(name, kind, into)
        return
    if folder is not None:
        click.echo(f"{len(pages.write(folder))} pages written to {folder}")
        return
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


def _begin(name: str | None, kind: str, into: Path) -> None:
    from parsers.catalogue import catalogue

    if name is None:
        raise UsageError("--new needs a NAME")
    if any(entry.name == name for entry in catalogue()):
        raise UsageError(f"there is a parser {name!r} already")
    for path in new_parser.begin(into, name, kind):
        click.echo(path)
    click.echo(
        "Fill these in; the test runs as it stands. parsers/definition/definition.py says what a definition may hold."
    )


def _described(parser: CatalogueEntry) -> str:
    about = parser.about
    parts = [f"{parser.name}, version {parser.version}: {about.title}"]
    lists = (
        ("Data types", about.data_types), ("Hands on", about.hands_on), ("Known by", about.known_by),
        ("Shows", (about.shows,)),
        ("Does not show", (about.does_not_show,)), ("Validated on", about.validated_on), ("Limits", about.limits),
        ("References", about.references),
    )  # fmt: skip
    for title, lines in lists:
        if lines:
            parts.append(title + "\n" + "\n".join(f"  - {line}" for line in lines))
    return "\n\n".join(parts)
