"""``echoforensics certificate``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("certificate")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A new file, .html or .txt. Default: text on standard output.",
)
@click.option(
    "--style",
    type=click.Choice(("us", "plain")),
    default="us",
    show_default=True,
    help="us: in the manner of Fed. R. Evid. 902(13) and (14) and 28 U.S.C. 1746; plain: for other courts.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Write the facts of the certificate as JSON; with -o, the draft too."
)
def command(*, case_path: Path, output: Path | None, style: str, as_json: bool) -> None:
    """Draft a certificate with the hashes of the case, for a person to complete and sign.

    Devices, process, hashes of originals and copies, tool, version and validation are taken from the case. Name,
    qualifications and oath are always left blank. Ledger, database and every file of the case are checked first; no
    draft is written for a case that is not as it was sealed.
    """
    from dataclasses import asdict

    from echoforensics.library import open_case
    from echoforensics.papers.certificate import certificate
    from echoforensics.papers.certificate_facts import CertificateFacts
    from echoforensics.papers.writing import paper_text, write_new

    with open_case(case_path) as case:
        facts = CertificateFacts.of(case)
        text = paper_text(certificate(facts, style), output)
    if output is not None:
        write_new(output, text)
        click.echo(f"wrote {output}: a draft for a person to complete and sign", err=True)
    if as_json:
        click.echo(json.dumps({"draft": str(output) if output else None, "style": style, **asdict(facts)}))
    elif output is None:
        click.echo(text, nl=False)
