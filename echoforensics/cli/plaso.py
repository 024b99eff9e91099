"""``echoforensics plaso``: what goes into an installed plaso, and out of it again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from echoforensics.errors import UsageError
from echoforensics.plaso_plugin import hook_file


@click.group("plaso")
def command() -> None:
    """Use the parser in plaso's own commands; `echoforensics log2timeline` does not need this."""


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Show it as JSON.")
def status(*, as_json: bool) -> None:
    """Check that the installed plaso is supported, and show whether the hook is installed."""
    from importlib.metadata import version

    from echoforensics.plaso_plugin import plaso_internals

    plaso_internals.check()
    known = plaso_internals.TESTED
    if as_json:
        found = {"plaso": version("plaso"), "tested": known, "supported": plaso_internals.RANGE}
        hook = {"installed": hook_file.installed(), "place": str(hook_file.place())}
        click.echo(json.dumps({**found, "hook": hook}))
        return
    tested = "the release that was tested" if version("plaso") == known else f"tested with {known}"
    click.echo(
        f"plaso {version('plaso')}: all that echoforensics holds on to is there ({tested}; {plaso_internals.RANGE})"
    )
    click.echo(f"hook: {'installed' if hook_file.installed() else 'not installed'} ({hook_file.place()})")


_json_option = click.option("--json", "as_json", is_flag=True, help="Show what was done as JSON.")


@command.command("install-hook")
@_json_option
def install_hook(*, as_json: bool) -> None:
    """Use the parser in plain log2timeline, psteal, psort and image_export of this Python.

    Adds one file to site-packages, which runs at each start of Python and waits for plaso.
    """
    from echoforensics.plaso_plugin import plaso_internals

    plaso_internals.check()
    path = hook_file.install()
    click.echo(json.dumps({"written": str(path)}) if as_json else f"written: {path}; remove-hook removes it")


@command.command("remove-hook")
@_json_option
def remove_hook(*, as_json: bool) -> None:
    """Remove the hook."""
    path = hook_file.remove()
    if as_json:
        click.echo(json.dumps({"removed": str(path) if path else None}))
    else:
        click.echo(f"removed: {path}" if path else "no hook was installed")


@command.command("data")
@click.argument("folder", type=click.Path(path_type=Path))
@_json_option
def data(*, folder: Path, as_json: bool) -> None:
    """Write plaso's data folder, with ours merged, to FOLDER, for plain ``psort --data FOLDER``."""
    from echoforensics.plaso_plugin import overlay

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: exists and is not an empty folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        overlay.build(overlay.of_plaso(), folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error
    click.echo(json.dumps({"written": str(folder)}) if as_json else f"written: {folder}")
