"""``echoforensics key``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.options.passphrase import passphrase_option

if TYPE_CHECKING:
    from echoforensics.examiner_key import ExaminerKey

_path_argument = click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


@click.group("key")
def command() -> None:
    """Examiner keys.

    FILE is a key file, or the address of a key on a card or hardware module: pkcs11:token=LABEL;object=LABEL. Default:
    $ECHOFORENSICS_KEY, else examiner.pem in your configuration folder.
    """


@command.command("create")
@_path_argument
@click.option("--name", default="", metavar="NAME", help="Whose key it is.")
@click.option(
    "--unattended",
    is_flag=True,
    help="Generate a passphrase and keep it beside the key, readable only by you.",
)
@_json_option
@passphrase_option
def create(*, path: Path | None, name: str, unattended: bool, as_json: bool) -> None:
    """Create a key (ECDSA P-256, PKCS#8, encrypted with scrypt and AES-256). An existing key is never overwritten.

    The passphrase is taken from --passphrase-fd, from $ECHOFORENSICS_PASSPHRASE, or asked for twice on a terminal.
    Without any of these, a passphrase is generated and kept beside the key.
    """
    from echoforensics.case.no_case import refuse_in_case
    from echoforensics.cli import keys
    from echoforensics.cli.options import passphrase
    from echoforensics.cli.safe_text import given_text
    from echoforensics.errors import UsageError
    from echoforensics.examiner_key import PASSPHRASE_VARIABLE, create_key, is_on_token

    path = path or keys.default_path()
    if is_on_token(path):
        raise UsageError("create keys on a token with the token's own program; see docs/keys.md")
    refuse_in_case(path)
    given = passphrase.given()
    if unattended and given is not None:
        raise UsageError("--unattended and --passphrase-fd cannot be used together")
    if not unattended and given is None:
        given = os.environ.get(PASSPHRASE_VARIABLE) or passphrase.ask(f"Passphrase for {path}", twice=True)
    key, beside = create_key(path, given, name=given_text(name).strip())
    if as_json:
        click.echo(json.dumps({**_as_json(key), "passphrase_file": str(beside) if beside else None}))
        return
    click.echo(f"key          {path}\nfingerprint  {key.public.fingerprint}")
    if beside:
        click.echo(f"passphrase   {beside} (generated; whoever can read it can sign)")


@command.command("show")
@_path_argument
@_json_option
@passphrase_option
def show(*, path: Path | None, as_json: bool) -> None:
    """Show the fingerprint, the public key, its owner and its certificate, as for a letterhead."""
    from echoforensics.cli import keys
    from echoforensics.cli.safe_text import safe

    key = keys.load(path or keys.default_path())
    click.echo(json.dumps(_as_json(key)) if as_json else safe(_letterhead(key), "\n"))


@command.command("name")
@click.argument("name", metavar="NAME")
@_path_argument
@click.option(
    "--case",
    "cases",
    multiple=True,
    metavar="CASE",
    type=click.Path(path_type=Path),
    help="Also record it in the ledger of this case, which is signed with the key. May be given several times.",
)
@_json_option
@passphrase_option
def name_key(*, name: str, path: Path | None, cases: tuple[Path, ...], as_json: bool) -> None:
    """Name the owner of a key. A key that was created on first use is provisional until then.

    NAME is the examiner's, as ledgers and reports show it. It is stored beside the key, and recorded in the ledger of
    each new case; with --case also in that of an existing one.
    """
    from echoforensics.case.custody.later_line import add_line, refuse_other_key
    from echoforensics.case.custody.names import KEY_NAMED
    from echoforensics.cli import keys
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.errors import UsageError
    from echoforensics.examiner_key import ExaminerKey
    from echoforensics.key_record import write_record

    name = given_text(name).strip()
    if not name:
        raise UsageError("the name is empty")
    key = keys.load(path or keys.default_path())
    for case in cases:
        refuse_other_key(case, key, name)
    named = ExaminerKey(key.signer, key.place, write_record(key.place, key.public, name=name))
    for case in cases:
        add_line(case, named, name, KEY_NAMED, {"key": named.record.as_detail(named.public)})
    if as_json:
        click.echo(json.dumps({**_as_json(named), "recorded_in": [str(case) for case in cases]}))
        return
    click.echo(safe(_letterhead(named), "\n"))
    for case in cases:
        click.echo(f"recorded in the ledger of {case}")


@command.command("request")
@click.argument("subject", metavar="SUBJECT")
@_path_argument
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write the request to a new file."
)
@_json_option
@passphrase_option
def request(*, subject: str, path: Path | None, output: Path | None, as_json: bool) -> None:
    """Write a certificate signing request (PKCS#10) for the agency that certifies keys.

    SUBJECT is the name to certify, such as "CN=A. Examiner,O=Laboratory,C=DE". The agency issues the certificate, for
    example with `openssl x509 -req`; `key bind` then binds it to the key.
    """
    from chain_of_custody.keys import KeyFileError
    from chain_of_custody.statements.certificate import certificate_request
    from echoforensics.case.no_case import refuse_in_case
    from echoforensics.cli import keys
    from echoforensics.errors import UsageError

    key = keys.load(path or keys.default_path())
    if output is not None:
        refuse_in_case(output)
    try:
        made = certificate_request(key, subject)
        if output is not None:
            with output.open("x", encoding="ascii") as stream:
                stream.write(made)
    except KeyFileError as error:
        raise UsageError(str(error)) from error
    except FileExistsError as error:
        raise UsageError(f"{output}: already exists") from error
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    if output is not None:
        click.echo(f"wrote {output}", err=True)
    if as_json:
        written = str(output) if output is not None else None
        click.echo(json.dumps({"key": key.place, "subject": subject, "file": written, "request": made}))
    elif output is None:
        click.echo(made, nl=False)


@command.command("bind")
@click.argument("certificate", metavar="CERTIFICATE", type=click.Path(path_type=Path))
@_path_argument
@_json_option
@passphrase_option
def bind(*, certificate: Path, path: Path | None, as_json: bool) -> None:
    """Bind the agency's X.509 certificate, which names the owner, to a key.

    CERTIFICATE is a file in PEM or DER. It must certify this key. Certificates of its issuers may follow. It is stored
    beside the key, and its name and digest are recorded in the ledger of each new case.
    """
    from chain_of_custody.statements.certificate import MAX_CERTIFICATE_FILE
    from echoforensics.cli import keys
    from echoforensics.cli.safe_text import safe
    from echoforensics.errors import UsageError
    from echoforensics.examiner_key import ExaminerKey
    from echoforensics.key_record import bind_certificate, read_record

    key = keys.load(path or keys.default_path())
    try:
        with certificate.open("rb") as stream:
            content = stream.read(MAX_CERTIFICATE_FILE + 1)
    except OSError as error:
        raise UsageError(f"{certificate}: cannot be read: {error.strerror}") from error
    bind_certificate(key.place, key.public, content)
    bound = ExaminerKey(key.signer, key.place, read_record(key.place, key.public))
    click.echo(json.dumps(_as_json(bound)) if as_json else safe(_letterhead(bound), "\n"))


def _as_json(key: ExaminerKey) -> dict[str, object]:
    return {"key": key.place, **key.record.as_detail(key.public), "public_key": key.public.pem}


def _letterhead(key: ExaminerKey) -> str:
    from datetime import UTC, datetime

    public, record = key.public, key.record
    hexadecimal = public.fingerprint
    groups = [hexadecimal[at : at + 4] for at in range(0, len(hexadecimal), 4)]
    whose = "PROVISIONAL: created on first use, not named yet" if record.provisional else record.name or "not named"
    lines = [
        f"key          {key.place}",
        f"fingerprint  {hexadecimal}",
        f"in groups    {' '.join(groups[:8])}",
        f"             {' '.join(groups[8:])}",
        f"whose        {whose}" + (f" (named {record.named})" if record.named else ""),
    ]
    if certificate := record.certificate:
        validity = f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"
        now = "" if certificate.is_valid(datetime.now(UTC)) else ": NOT VALID now"
        lines += [
            f"certificate  {certificate.subject}",
            f"issued by    {certificate.issuer}, number {certificate.serial}",
            f"valid        {validity}{now}",
            f"its SHA-256  {certificate.sha256}",
        ]
    return "\n".join([*lines, public.pem.strip()])
