"""``echoforensics config``."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from echoforensics.configuration import Configuration


@click.group("config")
def command() -> None:
    """What is set for every run: agency, examiner, key and time zone.

    It is set in a TOML file: the one that $ECHOFORENSICS_CONFIG names, else config.toml in the folder of the user's
    settings. Options on the command line come before it.
    """


@command.command("show")
@click.option("--json", "as_json", is_flag=True, help="Show it as JSON.")
def show(*, as_json: bool) -> None:
    """Show each setting, its value, and where that comes from."""
    from echoforensics.cli.safe_text import safe, safe_lines
    from echoforensics.configuration import read_configuration

    found = read_configuration()
    rows = _rows(found)
    if as_json:
        settings = {name: {"value": value or None, "from": origin} for name, value, origin in rows}
        click.echo(json.dumps({"file": str(found.path), "found": found.found, "settings": settings}))
        return
    click.echo(safe(f"{found.path}: {'read' if found.found else 'there is no such file; `config init` makes it'}"))
    click.echo(safe_lines(f"  {name:<9} {value or '(nothing)':<30} {origin}" for name, value, origin in rows))


def _rows(found: Configuration) -> list[tuple[str, str, str]]:
    """Of each setting: its name, its value, and where that comes from."""
    from echoforensics.cli import keys
    from echoforensics.configuration import SETTINGS
    from echoforensics.examiner_key import KEY_VARIABLE

    rows = []
    for name in SETTINGS:
        value, origin = found.values.get(name, ""), str(found.path)
        if name == "key":
            if given := os.environ.get(KEY_VARIABLE):
                value, origin = given, f"${KEY_VARIABLE}"
            elif value:
                value = found.key()
            else:
                value, origin = str(keys.default_path()), "default"
        elif not value:
            origin = "not set"
        rows.append((name, value, origin))
    return rows


@command.command("init")
@click.option("--agency", default="", metavar="NAME", help="For whom.")
@click.option("--examiner", default="", metavar="NAME", help="Who examines.")
@click.option("--key", default="", metavar="FILE", help="The examiner's key: a file, or its address on a card.")
@click.option("--timezone", default="", metavar="ZONE", help="IANA zone, such as Europe/Berlin.")
@click.option("--json", "as_json", is_flag=True, help="Show what was written as JSON.")
def init(*, agency: str, examiner: str, key: str, timezone: str, as_json: bool) -> None:
    """Write the file, with what is given set and the other settings as comments. A file is never overwritten."""
    from pathlib import Path

    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.configuration import configuration_path, configuration_text
    from echoforensics.errors import UsageError
    from echoforensics.papers.writing import write_new
    from echoforensics.zones import zone

    zone(timezone)
    path = configuration_path()
    if key and not key.startswith("pkcs11:"):
        key = str(Path(key).expanduser().absolute())
    given = {"agency": agency, "examiner": examiner, "key": key, "timezone": timezone}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    settings = {name: given_text(value).strip() for name, value in given.items()}
    write_new(path, configuration_text(settings))
    click.echo(json.dumps({"file": str(path), "settings": settings}) if as_json else safe(f"wrote {path}"))
