"""``echoforensics custody``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.options.passphrase import receiver_passphrase_option
from echoforensics.cli.options.signing import signing_key_option

if TYPE_CHECKING:
    from chain_of_custody.keys import PublicKey
    from chain_of_custody.statements.transfer import Transfer
    from echoforensics.examiner_key import ExaminerKey


@click.command("custody")
@click.argument("case", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--to", "receiver", metavar="NAME", help="Record a hand-over to this receiver.")
@click.option("--purpose", metavar="TEXT", help="What for.")
@click.option("--from", "giver", metavar="NAME", help="Who hands it over. Default: the examiner of the case.")
@click.option(
    "--receiver-key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The receiver's key. To record a hand-over: the public key, in PEM, of whoever will sign. To sign: the "
    "private key, a file or its address on a token.",
)
@click.option("--receiver-sign", is_flag=True, help="The receiver signs at once, on this computer.")
@click.option("--accept", is_flag=True, help="Sign the last hand-over as the receiver, and write a receipt.")
@click.option(
    "--attach", metavar="FILE", type=click.Path(path_type=Path),
    help="Add the receiver's signature to the ledger: a receipt, or a signature made with openssl.",
)  # fmt: skip
@click.option(
    "--statement", metavar="FILE", type=click.Path(path_type=Path),
    help="Write the bytes that the receiver signs with openssl.",
)  # fmt: skip
@click.option(
    "--form", metavar="FILE", type=click.Path(path_type=Path),
    help="Write a form to sign on paper, .html or .txt, with the head of the ledger.",
)  # fmt: skip
@click.option(
    "--line",
    metavar="N",
    type=click.IntRange(min=1),
    help="Use the hand-over in this line of the ledger. Default: the last one.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path),
    help="Where to write the receipt. Default: CASE.receipt.json.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Show the hand-overs as JSON.")
@signing_key_option
@receiver_passphrase_option
def command(
    *, case: Path, receiver: str | None, purpose: str | None, giver: str | None, receiver_key: Path | None,
    receiver_sign: bool, accept: bool, attach: Path | None, statement: Path | None, form: Path | None, line: int | None,
    output: Path | None, as_json: bool, key_path: Path | None,
) -> None:  # fmt: skip
    """Record the hand-over of a case: a statement in the ledger, signed by giver and receiver.

    \b
    custody CASE                                   shows the hand-overs
    custody CASE --to NAME --purpose TEXT          records one, signed with the examiner's key
    custody CASE --accept --receiver-key FILE      the receiver signs it; the case is checked and not changed
    custody CASE --attach CASE.receipt.json        puts the receiver's signature into the ledger
    custody CASE --form FILE.html                  a form to sign on paper

    A receiver may sign what the ledger in a bundle records: custody BUNDLE --accept, with its folder or zip.
    A receiver without this program signs what --statement writes: openssl dgst -sha256 -sign KEY -out SIGNATURE FILE.
    Then: --attach SIGNATURE --receiver-key PUBLIC.pem. A case that is not as it was sealed is not handed over.
    """
    from echoforensics.errors import UsageError

    options = (("--to", receiver), ("--accept", accept), ("--attach", attach), ("--statement", statement))
    asked = [name for name, given in options if given]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} cannot be used together")
    if receiver is None and (purpose or giver or receiver_sign):
        raise UsageError("--purpose, --from and --receiver-sign go with --to NAME")
    if as_json and (asked or form is not None):
        raise UsageError("--json shows the hand-overs, and goes with no other option")
    if receiver is not None:
        _hand_over(case, receiver, purpose or "", giver, receiver_key, key_path, sign=receiver_sign)
    elif accept:
        _accept(case, receiver_key, line, output)
    elif attach is not None:
        _attach(case, attach, receiver_key, line, key_path)
    elif statement is not None:
        _statement(case, statement, line)
    if form is not None:
        _form(case, form)
    elif not asked:
        _show(case, as_json=as_json)


def _hand_over(
    case: Path, to: str, purpose: str, giver: str | None, receiver_key: Path | None, key_path: Path | None, *,
    sign: bool,
) -> None:  # fmt: skip
    from echoforensics.case.custody.handing_over import HandOver, record_hand_over, refuse_bundle
    from echoforensics.case.custody.names import LEDGER
    from echoforensics.case.custody.standing import ledger_history
    from echoforensics.cli import keys
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.errors import UsageError

    refuse_bundle(case)
    if sign and receiver_key is None:
        raise UsageError("--receiver-sign needs the receiver's key: --receiver-key FILE")
    names = ledger_history(case / LEDGER).matter["examiner"]
    key = keys.of_case(key_path, case)
    named = given_text(giver) if giver else names[-1] if names else key.record.name if key else ""
    if not named.strip():
        raise UsageError("the case names no examiner; give --from NAME")
    signer = _receiver(receiver_key) if sign and receiver_key else None
    public = signer.public if signer else _public(receiver_key) if receiver_key else None
    given = HandOver(named, given_text(to), given_text(purpose), public)
    _, transfer = record_hand_over(case, key, given, signer)
    click.echo(safe(_words(transfer), "\n"))
    _head(case)


def _accept(case: Path, receiver_key: Path | None, line: int | None, output: Path | None) -> None:
    from echoforensics.case.custody.handing_over import not_received, receipt
    from echoforensics.cli.safe_text import safe
    from echoforensics.errors import UsageError
    from echoforensics.papers.writing import write_new

    if receiver_key is None:
        raise UsageError("--accept needs the receiver's key: --receiver-key FILE")
    click.echo(safe(_words(not_received(case, line)), "\n"), err=True)
    path = output or case.absolute().with_name(f"{case.absolute().name}.receipt.json")
    made = receipt(case, _receiver(receiver_key), line)
    write_new(path, json.dumps(made, ensure_ascii=False, sort_keys=True, indent=1) + "\n")
    click.echo(f"signed with the key {made['receiver']['keyid']}\nwrote {path}: send it back to the giver")


def _attach(case: Path, path: Path, receiver_key: Path | None, line: int | None, key_path: Path | None) -> None:
    from echoforensics.case.custody.handing_over import attach_receipt, hand_overs, not_received, refuse_bundle
    from echoforensics.cli import keys
    from echoforensics.cli.safe_text import safe
    from echoforensics.errors import UsageError

    refuse_bundle(case)
    content = _content(path)
    if receiver_key is not None:
        from chain_of_custody.statements.transfer import signature_of

        given, signature = not_received(case, line), signature_of(_public(receiver_key), content)
    else:
        from chain_of_custody.statements.transfer import TransferError, read_receipt

        try:
            found = read_receipt(content)
        except TransferError as error:
            raise UsageError(
                f"{path}: {error}. A signature made with openssl needs --receiver-key PUBLIC.pem"
            ) from error
        signature = found["receiver"]
        lines = [each.seq + 1 for each in hand_overs(case) if each.line_hash == found["transfer"]]
        if not lines:
            raise UsageError(f"{path}: is a receipt for a hand-over that is not in this ledger")
        given = not_received(case, lines[0])
    attach_receipt(case, keys.of_case(key_path, case), given, signature)
    click.echo(safe(_words(next(each for each in hand_overs(case) if each.seq == given.seq)), "\n"))
    _head(case)


def _statement(case: Path, output: Path, line: int | None) -> None:
    from chain_of_custody.statements.transfer import signed_bytes
    from echoforensics.case.custody.handing_over import not_received
    from echoforensics.case.no_case import refuse_in_case
    from echoforensics.errors import UsageError

    given = not_received(case, line)
    refuse_in_case(output)
    try:
        with output.open("xb") as stream:
            stream.write(signed_bytes(given.statement))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {output}; sign it: openssl dgst -sha256 -sign KEY -out SIGNATURE {output}")


def _form(case: Path, output: Path) -> None:
    from echoforensics.case.custody.handing_over import refuse_bundle
    from echoforensics.papers.hand_over_form import hand_over_form
    from echoforensics.papers.writing import paper_text, write_new

    refuse_bundle(case)
    write_new(output, paper_text(hand_over_form(case), output))
    click.echo(f"wrote {output}", err=True)


def _show(case: Path, *, as_json: bool) -> None:
    from echoforensics.case.custody.handing_over import hand_overs
    from echoforensics.cli.safe_text import safe

    found = hand_overs(case)
    if as_json:
        listed = [
            {"line": each.seq + 1, **each.statement, "signed_by": {"giver": each.giver, "receiver": each.receiver}}
            for each in found
        ]
        click.echo(json.dumps({"hand_overs": listed}))
        return
    click.echo(safe("\n\n".join(map(_words, found)), "\n") if found else "The ledger records no hand-over.")


def _words(given: Transfer) -> str:
    from echoforensics.cli.safe_text import safe_lines

    statement: Any = given.statement
    wanted = statement.get("receiver_key")
    to_sign = f"NOT SIGNED YET; to be signed with {wanted}" if wanted else "NOT SIGNED YET"
    giver = f"signed with {given.giver}" if given.giver else "NOT SIGNED (the ledger has no key)"
    receiver = f"signed with {given.receiver}" if given.receiver else to_sign
    return safe_lines(
        (
            f"line {given.seq + 1}, {statement['time']}",
            f"  from      {statement['from']}: {giver}",
            f"  to        {statement['to']}: {receiver}",
            f"  purpose   {statement['purpose']}",
        )
    )


def _head(case: Path) -> None:
    from echoforensics.case.custody.standing import known_head
    from echoforensics.cli.extract import ledger_text

    lines, head = known_head(case) or (0, "")
    click.echo(ledger_text(lines, head))


def _receiver(path: Path) -> ExaminerKey:
    from echoforensics.cli import keys

    return keys.load(path, descriptor="receiver_passphrase_fd", who="the receiver")


def _public(path: Path) -> PublicKey:
    """The receiver's public key, from a file that holds it in PEM."""
    from chain_of_custody.keys import KeyFileError, PublicKey
    from echoforensics.errors import UsageError

    try:
        return PublicKey.from_pem(_content(path).decode("ascii", errors="replace"))
    except KeyFileError as error:
        raise UsageError(
            f"{path}: {error}; `echoforensics key show` and `openssl pkey -pubout` write it. With the private key, the"
            " receiver signs at once: --receiver-sign"
        ) from error


def _content(path: Path) -> bytes:
    from chain_of_custody.statements.transfer import MAX_RECEIPT
    from echoforensics.errors import UsageError

    try:
        with path.open("rb") as stream:
            return stream.read(MAX_RECEIPT + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
