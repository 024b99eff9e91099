"""``echoforensics bundle``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.options.signing import signing_key_option
from echoforensics.cli.unverified import unredacted_option

if TYPE_CHECKING:
    from chain_of_custody.timestamp import TrustedTimestamp
    from echoforensics.bundle.write import WrittenBundle

#: The bundle is there, and a timestamp or the line in the ledger is not.
_NOT_ALL = 3


@click.command("bundle")
@click.argument("path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="DIR|FILE.zip",
    type=click.Path(path_type=Path),
    help="A new folder, or a new file ending in .zip (.zip.age if it is encrypted).",
)
@click.option(
    "--only",
    multiple=True,
    metavar="EXHIBIT|IN-...",
    help="Hand over only the record of this exhibit, or all records of this interaction, with their recordings and "
    "proofs that they belong to the case; may be given several times.",
)
@click.option(
    "--at",
    "head",
    metavar="HEAD",
    help="Write the bundle of an earlier head of the ledger again. HEAD is in that bundle.",
)
@unredacted_option
@signing_key_option
@click.option(
    "--encrypt-to",
    multiple=True,
    metavar="KEY",
    help="Encrypt to this receiver's public key (age1..., ssh-ed25519 ... or ssh-rsa ...); may be given several "
    "times. `age -d` opens it.",
)
@click.option(
    "--timestamp",
    "timestamps",
    multiple=True,
    metavar="URL",
    help="Request a timestamp from this RFC 3161 authority; may be given several times. Only a digest leaves this "
    "machine.",
)
@click.option(
    "--attach",
    multiple=True,
    metavar="TOKEN",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CASE is a bundle: add an authority's answer (.tsr) to its timestamp request; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Show what was written as JSON.")
def command(
    *, path: Path, output: Path | None, only: tuple[str, ...], head: str | None, unredacted: bool,
    key_path: Path | None, encrypt_to: tuple[str, ...], timestamps: tuple[str, ...], attach: tuple[Path, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """Write a sealed bundle of a case, or of a part of it, that can be checked without this program.

    The bundle holds recordings, timeline, report, database and ledger, and a signed list of every file in it;
    VERIFY.txt says how to check it. A timestamp request is written beside it (NAME.tsq). If the bundle is encrypted,
    unencrypted copies exist only beside the case, and only while it is written. Where recordings of the case were
    redacted the bundle is always a part: it holds their copies, no database, and nothing of what was removed.
    """
    from echoforensics.bundle.write import BundleRequest, write_bundle
    from echoforensics.case.redactions.redaction import redactions_of
    from echoforensics.cli.keys import of_case
    from echoforensics.cli.progress import progress
    from echoforensics.library import open_case

    if attach:
        if output is not None or only or head or unredacted or key_path or encrypt_to or timestamps or as_json:
            raise click.UsageError("--attach is used alone, with the bundle in place of CASE")
        _attach(path, attach)
        return
    if output is None:
        raise click.UsageError("say where to write the bundle: -o DIR or -o FILE.zip")
    with open_case(path) as case:
        key = of_case(key_path, path)
        if key is None and (only or (redactions_of(case.store) and not unredacted)):
            click.echo("What is left out of a part of an unsigned case may be guessed: see docs/bundle.md.", err=True)
        with progress(quiet=as_json) as report:
            request = BundleRequest(output, only, head, encrypt_to, timestamps, unredacted)
            written = write_bundle(case, request, key, lambda what: report(what, 0, 0))
    if as_json:
        click.echo(json.dumps(_as_json(written)))
    else:
        _show(written)
    if written.failures or written.not_recorded:
        sys.exit(_NOT_ALL)


def _attach(bundle: Path, tokens: tuple[Path, ...]) -> None:
    from echoforensics.bundle.stamps import attach_token

    for token in tokens:
        stamp, kept = attach_token(bundle, token)
        click.echo(f"{kept}: {_stamp_words(stamp)}")
    click.echo(
        "The signer was not checked. `echoforensics verify` checks it against the authority's certificates.", err=True
    )


def _as_json(written: WrittenBundle) -> dict[str, object]:
    from echoforensics.bundle.stamps import request_path, tokens_of

    return {
        "bundle": str(written.path),
        "files": written.files,
        "left_out": written.sealed_set.left_out,
        "redacted": bool(written.redacted),
        "head": written.head,
        "ledger_lines": written.length,
        "fingerprint": written.fingerprint,
        "signed_list_sha256": written.seal_sha256,
        "request": str(request_path(written.path)),
        "timestamps": [str(path) for path, _ in zip(tokens_of(written.path), written.stamps, strict=False)],
        "failures": list(written.failures),
        "not_recorded": written.not_recorded,
    }


def _show(written: WrittenBundle) -> None:
    from echoforensics.bundle.stamps import request_path, tokens_of
    from echoforensics.cli.safe_text import safe, safe_lines
    from echoforensics.counting import counted

    left_out, size = written.sealed_set.left_out, written.sealed_set.size
    part = f", a PART: {left_out:,} of {size:,} rows, records and recordings are left out" if left_out else ""
    lines = [
        f"bundle       {written.path} ({counted(written.files, 'file')}{part})",
        *(["redacted     nothing of what was removed is in it; redactions.json lists it"] if written.redacted else []),
        f"head         {written.head}",
        f"lines        {written.length}",
        f"fingerprint  {written.fingerprint or 'none: UNSIGNED'}",
        *([f"             {written.key_words}"] if written.key_words else []),
        f"signed list  {written.seal_sha256}",
        f"request      {request_path(written.path)}",
    ]
    lines += [f"timestamp    {path}: {_stamp_words(stamp)}"
              for path, stamp in zip(tokens_of(written.path), written.stamps, strict=False)]  # fmt: skip
    click.echo(safe_lines(lines))
    for failure in written.failures:
        click.echo(safe(f"no timestamp: {failure}. Send the request later, and use --attach."), err=True)
    if written.not_recorded:
        click.echo(safe(f"The bundle is not recorded in the ledger of the case: {written.not_recorded}."), err=True)


def _stamp_words(stamp: TrustedTimestamp) -> str:
    return f"existed by {stamp.time.isoformat()}, says {stamp.authority}"
