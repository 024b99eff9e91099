"""``echoforensics parsers``."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.authoring import new_parser
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from parsers.catalogue import CatalogueEntry


_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("parsers")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--new", is_flag=True, help="Start a parser of this NAME: definition or module, fixture, test, page.")
@click.option(
    "--kind",
    type=click.Choice(tuple(new_parser.KINDS)),
    default="api",
    show_default=True,
    help="With --new: " + "; ".join(f"{kind}, {what}" for kind, what in new_parser.KINDS.items()) + ".",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    show_default="this folder",
    metavar="FOLDER",
    help="With --new: a checkout of the project.",
)
@click.option("--pages", type=_FOLDER, metavar="FOLDER", help="Write a page for each parser to this folder.")
@click.option(
    "--schemas", type=_FOLDER, metavar="FOLDER", help="Write JSON Schemas of definitions and maps, for editors."
)
@click.option("--keys", metavar="KIND", help="Show the keys of a definition of this kind, or of a map.")
def command(
    *, name: str | None, as_json: bool, new: bool, kind: str, into: Path, pages: Path | None, schemas: Path | None,
    keys: str | None,
) -> None:  # fmt: skip
    """Show what can be read, how it is recognised, and on what it was validated."""
    if new:
        _begin(name, kind, into)
    elif keys is not None:
        click.echo(_keys(keys))
    elif pages is not None or schemas is not None:
        _write(pages, schemas)
    else:
        _show(name, as_json=as_json)


def _write(pages: Path | None, schemas: Path | None) -> None:
    from echoforensics.authoring import pages as page_files
    from echoforensics.authoring import schema_files

    if pages is not None:
        click.echo(f"{len(page_files.write(pages))} pages written to {pages}")
    if schemas is not None:
        click.echo(f"{len(schema_files.write(schemas))} schemas written to {schemas}")


def _keys(kind: str) -> str:
    from echoforensics.authoring.key_tables import KINDS, keys_of

    if kind not in KINDS:
        raise UsageError(f"{kind!r} is not one of {', '.join(KINDS)}")
    return keys_of(kind)


def _show(name: str | None, *, as_json: bool) -> None:
    from parsers.catalogue import catalogue

    found = [entry for entry in catalogue() if name in (None, entry.name)]
    if not found:
        alike = difflib.get_close_matches(str(name), [entry.name for entry in catalogue()], n=3)
        hint = f"; alike are: {', '.join(alike)}" if alike else ""
        raise UsageError(f"there is no parser {name!r}{hint}; `echoforensics parsers` lists them")
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
    click.echo("Fill these in. The test passes already. docs/definitions.md explains the keys of definitions.")


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
