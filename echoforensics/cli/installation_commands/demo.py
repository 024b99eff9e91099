"""``echoforensics demo``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="echoforensics-demo", type=click.Path(path_type=Path))
def command(*, folder: Path) -> None:
    """Build sample evidence, run everything on it, and show where to look.

    DIR is a new folder (default: echoforensics-demo). It needs neither a network nor root.
    """
    from echoforensics.demo.run import run_demo
    from echoforensics.examiner_key import create_key

    index = run_demo(folder, lambda path: create_key(path, None, name="Demo Examiner")[0], click.echo)
    root = index.parent.parent
    click.echo(f"\nTimeline: {root / 'timeline.csv'} and {root / 'timeline.jsonl'}; case: {root / 'case'}")
    click.echo(f"Open {index} in a browser.")
