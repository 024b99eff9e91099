"""``echoforensics redact``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from echoforensics.cli.options.signing import signing_key_option


@click.command("redact")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("exhibit")
@click.option(
    "--range", "ranges", multiple=True, required=True, metavar="A-B", help="Seconds from the start; repeat for several."
)
@click.option(
    "--with", "replacement", default="silence", type=click.Choice(("silence", "tone", "noise")), show_default=True,
    help="What the range is replaced with.",
)  # fmt: skip
@click.option("--reason", required=True, metavar="CODE", help="Why; it goes into the copy, the record and the ledger.")
@click.option(
    "-o", "--output", required=True, metavar="FILE.wav", type=click.Path(path_type=Path), help="The copy: a new file."
)
@signing_key_option
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
def command(
    *, case_path: Path, exhibit: str, ranges: tuple[str, ...], replacement: str, reason: str, output: Path,
    key_path: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write a redacted copy of a recording: ranges replaced to the sample, with both hashes. The original stays.

    The case gets a signed record of it. The case itself, its report and its bundle still hold the original.
    """
    from dataclasses import asdict

    from echoforensics.cli.options.marks import key_of_case
    from echoforensics.cli.safe_text import given_text, safe_lines
    from echoforensics.listening.redaction import read_range, redact

    made = redact(
        case_path, given_text(exhibit), [read_range(one) for one in ranges], replacement, given_text(reason), output,
        key_of_case(key_path, case_path),
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    lines = [
        f"{output}: SHA-256 {made.sha256}, {made.size} bytes",
        f"original {made.about}: SHA-256 {made.original}, unchanged",
        f"recorded as {made.exhibit}" if made.exhibit else "the case had the record of it",
    ]
    lines += [f'{name}, redacted: "{text}"' for name, text in made.texts.items()]
    if made.withheld:
        lines.append(f"Without times of words, to be withheld whole: {', '.join(made.withheld)}")
    click.echo(safe_lines(lines))
