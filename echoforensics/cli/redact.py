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
    "--range",
    "ranges",
    multiple=True,
    required=True,
    metavar="A-B",
    help="Seconds from the start; may be given several times.",
)
@click.option(
    "--with", "replacement", default="silence", type=click.Choice(("silence", "tone", "noise")), show_default=True,
    help="What replaces the range.",
)  # fmt: skip
@click.option("--reason", required=True, metavar="CODE", help="The reason, for the copy, the record and the ledger.")
@click.option(
    "--mark-words",
    "marks",
    multiple=True,
    metavar="TEXT",
    help="Replace these words in texts without times of words, as the service's are; may be given several times. "
    "Without it such texts are withheld whole.",
)
@click.option(
    "--format", "form", default="wav", type=click.Choice(("wav", "source")), show_default=True,
    help="What the copy is: WAV, or the recording's own coding (FLAC, Ogg, MP3), which may be lossy.",
)  # fmt: skip
@click.option("--instead", is_flag=True, help="In the place of earlier redactions of the recording, not beside them.")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write the copy into a new file too."
)
@signing_key_option
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    *, case_path: Path, exhibit: str, ranges: tuple[str, ...], replacement: str, reason: str, marks: tuple[str, ...],
    form: str, instead: bool, output: Path | None, key_path: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Redact ranges of a recording: report and bundle then hold a copy without them.

    The copy is kept in the case, with a signed record: ranges, reason, author, both hashes. The original is not
    touched. Report and bundle then hold nothing of what was removed: texts lose the words that overlap, and files that
    hold the original are withheld and listed. Such a bundle is always a part, without the database. `--unredacted` of
    both hands over everything.
    """
    from dataclasses import asdict

    from echoforensics.cli.options.marks import key_of_case
    from echoforensics.cli.safe_text import given_text, safe_lines
    from echoforensics.listening.redaction import RedactionRequest, read_range, redact

    request = RedactionRequest(
        tuple(read_range(one) for one in ranges), replacement, given_text(reason), tuple(map(given_text, marks)), form,
        output, instead,
    )  # fmt: skip
    made = redact(case_path, given_text(exhibit), request, key_of_case(key_path, case_path))
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    lines = [
        f"copy {made.sha256}, {made.size} bytes ({made.format})" + (f": {output}" if output else ""),
        f"original {made.about}: SHA-256 {made.original}, unchanged",
        f"recorded as {made.exhibit}" if made.exhibit else "already recorded in the case",
    ]
    if made.difference:
        lines.append(
            f"The coding is lossy: other samples differ by up to {made.difference} of full scale, those beside a range"
            " most."
        )
    lines += [f'{name}, redacted: "{text}"' for name, text in made.texts.items()]
    if made.withheld:
        lines.append(f"Without times of words, withheld whole: {', '.join(made.withheld)}")
    if made.same_sound:
        lines.append(f"The same sound in other bytes, withheld until redacted too: {', '.join(made.same_sound)}")
    click.echo(safe_lines(lines))
