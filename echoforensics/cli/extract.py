"""``echoforensics extract``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from echoforensics.cli.options.signing import agency_option, reference_option, signing_key_option
from echoforensics.counting import counted
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from chain_of_custody.ledger import LedgerEntry
    from echoforensics.case.case import Case
    from echoforensics.case.counts import CaseCounts

_ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")


@click.command("extract")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(path_type=str))
@click.option(
    "-c",
    "--case",
    "case_path",
    required=True,
    metavar="CASE",
    type=click.Path(path_type=Path),
    help="The case folder; created if it does not exist, completed if a run was interrupted.",
)
@click.option("--examiner", default="", metavar="NAME", help="The examiner's name, for the ledger and the report.")
@agency_option
@reference_option
@signing_key_option
@click.option(
    "--unsigned", is_flag=True, help="Do not sign. The case, and everything written from it, then says UNSIGNED."
)
@click.option(
    "--timezone",
    default="",
    metavar="ZONE",
    help="IANA zone (such as Asia/Seoul) in which the report also shows times; UTC is always shown.",
)
@click.option(
    "--hash",
    "algorithms",
    multiple=True,
    metavar="ALG",
    type=click.Choice(_ALGORITHMS),
    help=f"Hash sources with ALG; may be given several times. Default: {' and '.join(DEFAULT_ALGORITHMS)}. "
    f"One of {', '.join(_ALGORITHMS)}; sha256 is always added.",
)
@click.option(
    "--map",
    "map_paths",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A YAML file that says what a table of a legal-process return holds; see docs/maps.md. May be given several "
    "times.",
)
@click.option(
    "--no-carve",
    is_flag=True,
    help="Do not carve: do not search images for recordings and records without the file system. The case then says "
    "so.",
)
@click.option(
    "--offset",
    "offsets",
    multiple=True,
    metavar="BYTES",
    type=click.IntRange(min=0),
    help="Read a volume that begins at this byte of the media, instead of the partition table. May be given several "
    "times.",
)
@click.option(
    "--cross-check",
    is_flag=True,
    help="Read every file system again with a second library, and report each difference.",
)
@click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Record a source that cannot be read as an issue of the case, and read the others.",
)
@click.option(
    "--folder-metadata",
    is_flag=True,
    help="Include permission bits and modification times in the hash of a folder.",
)
@click.option(
    "--join-case",
    is_flag=True,
    help="Add the evidence to a case with another examiner, agency or reference. The case then shows both.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Number of processes. The case does not depend on it. Default: one for each available processor.",
)
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS|local",
    help="Let the workers of a Dask cluster read the sources; see docs/scale.md. The key stays here. Every worker must"
    " find the sources at the same paths; or they are addresses in an object store, such as s3://bucket/echo.E01.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    *, sources: tuple[str, ...], case_path: Path, examiner: str, agency: str, reference: str,
    key_path: Path | None, unsigned: bool, timezone: str, algorithms: tuple[str, ...],
    map_paths: tuple[Path, ...], no_carve: bool, offsets: tuple[int, ...], cross_check: bool, skip_unreadable: bool,
    folder_metadata: bool, join_case: bool, workers: int | None, dask: str, as_json: bool,
) -> None:  # fmt: skip
    """Take in sources, extract and parse what is in them, and seal a case.

    A SOURCE is a folder; a .zip, .tar or compressed tar; an image of a disk or of one file system (raw, split,
    compressed, EWF, VHD, VHDX, VMDK, QCOW2 or Android sparse, named by its first part); or a single file. Sources are
    opened read-only, and hashed whole before and after. Images are also carved for recordings and records. Every source
    is opened before anything, even a new key, is written. Repeat the command to complete an interrupted run.
    """
    from echoforensics.cli import keys
    from echoforensics.cli.options.configured import with_configured
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.library import extract
    from echoforensics.zones import zone

    if unsigned and key_path:
        raise UsageError("--unsigned and --key cannot be used together")
    matter, configured = with_configured(case_path, examiner=examiner, agency=agency, timezone=timezone)
    examiner, agency, timezone = matter["examiner"], matter["agency"], matter["timezone"]
    zone(timezone)
    if dask:
        from echoforensics.cluster.connection import refuse_address

        refuse_address(dask)
    examiner, agency, reference = map(given_text, (examiner, agency, reference))
    key = keys.for_signing(key_path, case_path, unsigned=unsigned)
    with progress(quiet=as_json) as report:
        case = extract(
            sources, case_path, key=key, examiner=examiner, agency=agency, reference=reference, timezone=timezone,
            hashes=algorithms or DEFAULT_ALGORITHMS, carve=not no_carve, offsets=offsets, cross_check=cross_check,
            skip_unreadable=skip_unreadable, join_case=join_case, maps=map_paths, workers=workers or 0,
            folder_metadata=folder_metadata, dask=dask,
            argv=[*map(given_text, sys.argv), *configured], report=report,
        )  # fmt: skip
    with case:
        outcome, (lines, head), given_again = case.counts(), case.head or (0, ""), _given_again(case)
    for sentence in given_again:
        click.echo(safe(sentence), err=True)
    shown = {**outcome._asdict(), "ledger_lines": lines, "head": head}
    click.echo(json.dumps(shown) if as_json else f"{outcome_text(outcome, case_path)}\n{ledger_text(lines, head)}")
    if outcome.issues:
        sys.exit(3)


def _given_again(case: Case) -> list[str]:
    """Sentences on the sources of the last run that were not taken in, because the case has their bytes already."""
    from echoforensics.case.custody.names import BEGINNINGS, GIVEN_AGAIN, MERGED

    run: list[LedgerEntry] = []
    for entry in case.actions():
        if entry.action in BEGINNINGS:
            run.clear()
        run.append(entry)
    found = []
    for entry in run:
        if entry.action == GIVEN_AGAIN:
            found.append(f"{entry.detail['location']}: not taken in again; the case has its bytes already, as"
                         f" {entry.detail['evidence']}")  # fmt: skip
        elif entry.action == MERGED:
            there = cast("list[str]", entry.detail["already_there"])
            found += [f"{name}: not taken in again; the case has its bytes already" for name in there]
    return found


def ledger_text(lines: int, head: str) -> str:
    """The ledger's length and head, to be kept elsewhere."""
    return f"Ledger: {counted(lines, 'line')}, head {head}"


def outcome_text(outcome: CaseCounts, case_path: Path) -> str:
    """What a case holds, in two lines or three."""
    lines = [
        f"Case {case_path}: {counted(outcome.evidence, 'evidence item')},"
        f" {counted(outcome.entries, 'entry', 'entries')} read"
        + (f", {outcome.carved} of them carved." if outcome.carved else "."),
        f"{counted(outcome.records, 'record')} in {counted(outcome.rows, 'row')};"
        f" {counted(outcome.recordings, 'distinct recording')}; {counted(outcome.artefacts, 'artefact')} kept.",
    ]
    if outcome.issues:
        lines.append(
            f"{counted(outcome.issues, 'issue')}: some of the evidence could not be read. The report lists it."
        )
    return "\n".join(lines)
