"""``echoforensics case set``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from echoforensics.cli.options.signing import signing_key_option


@click.command("set")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--request", metavar="TEXT", help="Who asked for what, and when.")
@click.option("--scope", metavar="TEXT", help="What was to be examined, and what was not.")
@click.option("--authority", metavar="TEXT", help="On what authority: a warrant, an order, a consent.")
@click.option("--subject", metavar="TEXT", help="Whom the matter concerns.")
@click.option("--qualifications", metavar="TEXT", help="The examiner's qualifications.")
@click.option("--examiner", default="", metavar="NAME", help="Who records it. Goes into the ledger.")
@signing_key_option
@click.option("--unsigned", is_flag=True, help="Allow an unsigned case.")
@click.option("--json", "as_json", is_flag=True, help="Write what is recorded as JSON.")
def command(
    *, case_path: Path, request: str | None, scope: str | None, authority: str | None, subject: str | None,
    qualifications: str | None, examiner: str, key_path: Path | None, unsigned: bool, as_json: bool,
) -> None:  # fmt: skip
    """Set what the head of the report says: request, scope, authority, subject, qualifications.

    It is recorded as a signed line of the ledger; the sealed tables do not change. A later value replaces an earlier
    one, which the ledger keeps. An empty TEXT removes it.
    """
    from echoforensics.case.custody.matter import describe_matter, described_matter
    from echoforensics.cli import keys
    from echoforensics.cli.extract import ledger_text
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.extraction.options import Options
    from echoforensics.library import open_case

    every = {
        "request": request, "scope": scope, "authority": authority, "subject": subject,
        "qualifications": qualifications,
    }  # fmt: skip
    given = {name: given_text(value) for name, value in every.items() if value is not None}
    with open_case(case_path) as case:
        signing = keys.for_signing(key_path, case_path, unsigned=unsigned)
        key = signing() if callable(signing) else signing
        describe_matter(case, key, Options(examiner=given_text(examiner)).actor, given)
        recorded = described_matter(case.actions())
        lines, head = case.head or (0, "")
    if as_json:
        click.echo(json.dumps({**recorded, "ledger_lines": lines, "head": head}))
        return
    for name, value in recorded.items():
        click.echo(safe(f"{name}: {value}"))
    click.echo(ledger_text(lines, head))
