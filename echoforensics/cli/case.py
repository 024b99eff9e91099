"""``echoforensics case``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from echoforensics.cli.case_commands.drop import command as drop
from echoforensics.cli.case_commands.set_matter import command as set_matter
from echoforensics.cli.options.signing import agency_option, reference_option, signing_key_option


@click.group("case")
def command() -> None:
    """Merge cases, remove what a court orders removed, and set what the head of the report says."""


command.add_command(drop)
command.add_command(set_matter)


@command.command("merge")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("parts", nargs=-1, required=True, metavar="PART...", type=click.Path(path_type=Path))
@click.option("--examiner", default="", metavar="NAME", help="Who merges them.")
@agency_option
@reference_option
@signing_key_option
@click.option(
    "--unsigned", is_flag=True, help="Do not sign. The case, and everything written from it, then says UNSIGNED."
)
@click.option("--timezone", default="", metavar="ZONE", help="IANA zone in which the report also shows times.")
@click.option(
    "--join-case",
    is_flag=True,
    help="Add to a case that has another examiner, agency or reference. The case then shows both.",
)
@click.option("--json", "as_json", is_flag=True, help="Write what the case holds as JSON.")
def merge(
    *, case_path: Path, parts: tuple[Path, ...], examiner: str, agency: str, reference: str, key_path: Path | None,
    unsigned: bool, timezone: str, join_case: bool, as_json: bool,
) -> None:  # fmt: skip
    """Merge sealed cases into CASE, which is created if it does not exist, and seal it.

    Each PART is a case of other sources. Its seal is verified first, and the head of its ledger is recorded. Exhibits
    are numbered as in one run over all sources, in the order of the parts. The parts are not changed.

    Evidence is merged. Transcripts, marks and redactions that were added to a part, and what `case set` recorded in it,
    are not; they are listed, and can be added to CASE again.
    """
    from echoforensics.case.custody.head_file import read_head
    from echoforensics.cli import keys
    from echoforensics.cli.extract import ledger_text, outcome_text
    from echoforensics.cli.options.configured import with_configured
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.errors import UsageError
    from echoforensics.extraction.merging import left_behind, merge_cases
    from echoforensics.extraction.options import Options
    from echoforensics.zones import zone

    if unsigned and key_path:
        raise UsageError("--unsigned and --key cannot be used together")
    matter, configured = with_configured(case_path, examiner=examiner, agency=agency, timezone=timezone)
    zone(matter["timezone"])
    options = Options(
        given_text(matter["examiner"]), given_text(matter["agency"]), given_text(reference), matter["timezone"],
        join_case=join_case, argv=(*map(given_text, sys.argv), *configured),
    )  # fmt: skip
    key = keys.for_signing(key_path, case_path, unsigned=unsigned)
    with progress(quiet=as_json) as report:
        outcome = merge_cases(case_path, list(parts), key, options, report)
    for part in parts:
        if left := left_behind(part):
            click.echo(safe(f"{part}: {left}. Add it to {case_path} again where it is needed."), err=True)
    lines, head = read_head(case_path) or (0, "")
    shown = {**outcome._asdict(), "ledger_lines": lines, "head": head}
    click.echo(json.dumps(shown) if as_json else f"{outcome_text(outcome, case_path)}\n{ledger_text(lines, head)}")
    if outcome.issues:
        sys.exit(3)
