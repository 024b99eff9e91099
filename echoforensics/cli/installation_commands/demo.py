"""``echoforensics demo``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="echoforensics-demo", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write where everything is as JSON.")
def command(*, folder: Path, as_json: bool) -> None:
    """Build sample evidence, run everything on it, and show where to look.

    DIR is a new folder (default: echoforensics-demo). It needs neither a network nor root.
    """
    from echoforensics.demo.run import run_demo
    from echoforensics.examiner_key import create_key

    say = (lambda _: None) if as_json else click.echo
    index = run_demo(folder, lambda path: create_key(path, None, name="Demo Examiner")[0], say)
    root = index.parent.parent
    if as_json:
        names = (
            "evidence",
            "case",
            "report",
            "bundle",
            "altered-copy",
            "examiner.pem",
            "timeline.csv",
            "timeline.jsonl",
        )
        click.echo(json.dumps({"folder": str(root), "open": str(index), **{name: str(root / name) for name in names}}))
        return
    click.echo(f"\nTimeline: {root / 'timeline.csv'} and {root / 'timeline.jsonl'}; case: {root / 'case'}")
    click.echo(f"Open {index} in a browser.")
