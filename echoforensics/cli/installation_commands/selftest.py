"""``echoforensics selftest``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.options.signing import agency_option, signing_key_option

if TYPE_CHECKING:
    from echoforensics.examiner_key import ExaminerKey
    from echoforensics.selftest.run import Selftest


@click.command("selftest")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path),
    help="Write the result to a new file, for the quality file: signed with the examiner's key.",
)  # fmt: skip
@agency_option
@signing_key_option
@click.option("--unsigned", is_flag=True, help="Do not sign the result. It then says so.")
@click.option("--each", is_flag=True, help="List every answer, and not only those that are wrong.")
@click.option(
    "--check", "checked", metavar="FILE", type=click.Path(path_type=Path),
    help="Check the signature of a result that was written before, and show what it says. Nothing is asked.",
)  # fmt: skip
@click.option("--fingerprint", metavar="HEX", help="With --check: the fingerprint of the key that must have signed it.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    *, output: Path | None, agency: str, key_path: Path | None, unsigned: bool, each: bool, checked: Path | None,
    fingerprint: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask this installation questions whose answers are known, and compare.

    Every parser reads a file whose records are known. Images and archives whose files are known are extracted; deleted
    files and planted recordings are looked for; a device's clock is measured and the times at which somebody spoke are
    joined; a case is sealed, altered and verified. The files of the package are compared with those that were
    installed. All of it is made up and comes with the package; no evidence is needed, and no network.

    Exits with 1 if one answer is wrong, and names what differs.
    """
    from echoforensics.errors import UsageError

    if checked is not None:
        if output is not None:
            raise UsageError("--check asks nothing, so that there is no result for -o")
        _check(checked, fingerprint, as_json=as_json)
        return
    if fingerprint is not None:
        raise UsageError("--fingerprint goes with --check FILE")
    key = _key(key_path, unsigned=unsigned) if output is not None else None
    _run(output, key, agency, each=each, as_json=as_json)


def _run(output: Path | None, key: ExaminerKey | None, agency: str, *, each: bool, as_json: bool) -> None:
    from datetime import UTC, datetime

    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import safe_lines
    from echoforensics.errors import UsageError
    from echoforensics.papers.writing import write_new
    from echoforensics.selftest.result import as_result, envelope
    from echoforensics.selftest.run import run_selftest

    if output is not None and output.exists():
        raise UsageError(f"{output}: already exists; name another file")
    with progress(quiet=as_json) as report:
        found = run_selftest(lambda what: report(what, 0, 0))
    result = as_result(found, datetime.now(UTC), key, agency)
    if output is not None:
        write_new(output, envelope(result, key).decode("ascii"))
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else safe_lines(_lines(found, each=each)))
    if output is not None:
        signed = f"signed with the key {key.public.fingerprint}" if key else "UNSIGNED"
        click.echo(f"wrote {output}, {signed}", err=True)
    if not found.passed:
        sys.exit(1)


def _key(path: Path | None, *, unsigned: bool) -> ExaminerKey | None:
    from echoforensics.cli import keys
    from echoforensics.errors import ExaminerKeyError

    if unsigned:
        return None
    path = path or keys.default_path()
    try:
        return keys.load(path)
    except ExaminerKeyError as error:
        raise ExaminerKeyError(f"{error}. To write a result that is not signed, add --unsigned") from error


def _lines(found: Selftest, *, each: bool) -> list[str]:
    from echoforensics.counting import counted

    lines = []
    for area, passed, asked in found.counts():
        lines.append(f"{'ok  ' if passed == asked else 'FAIL'}  {area:<20}  {passed:>4} of {asked}")
        for answer in found.answers:
            if answer.area == area and (each or not answer.passed):
                lines.append(f"        {'ok  ' if answer.passed else 'FAIL'}  {answer.name}")
                lines += [f"              {difference}" for difference in answer.differences]
    if not found.package.recorded:
        lines.append("note  this is a checkout: nothing was installed that its files could be compared with")
    if found.without_answer:
        lines.append(f"note  no answer is known for {', '.join(found.without_answer)}")
    wrong = sum(not answer.passed for answer in found.answers)
    verdict = f"FAILED: {counted(wrong, 'answer')} differed." if wrong else "PASSED: every known answer was given."
    return [*lines, verdict]


def _check(path: Path, fingerprint: str | None, *, as_json: bool) -> None:
    from chain_of_custody.verify import hash_as_given
    from echoforensics.cli.safe_text import safe_lines
    from echoforensics.errors import UsageError
    from echoforensics.selftest.result import check_envelope

    try:
        wanted = None if fingerprint is None else hash_as_given(fingerprint)
        content = path.read_bytes()
    except ValueError as error:
        raise UsageError(f"--fingerprint: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    found = check_envelope(content, wanted)
    right = not found.failure
    if as_json:
        answer = {"ok": right, "fingerprint": found.fingerprint, "failure": found.failure, "result": found.result}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(safe_lines(_summary(found.result)))
        signed = f"ok    signed with the key {found.fingerprint}" if found.fingerprint else "note  it is UNSIGNED"
        click.echo(safe_lines([signed if right else f"FAIL  {found.failure}"]))
    if not right:
        sys.exit(1)


def _summary(result: dict[str, Any]) -> list[str]:
    """What a result says, in a few lines."""
    lines = [
        f"Selftest of echoforensics {result['tool']['version']}, {result['made_at']}",
        f"      on {result['platform']['system']}, Python {result['platform']['python']}",
        f"      files of the package: {len(result['package']['files'])}, together {result['package']['sha256']}",
    ]
    lines += [f"      {each['area']:<20}  {each['passed']:>4} of {each['asked']}" for each in result["areas"]]
    lines.append("      the result: " + ("every known answer was given" if result["passed"] else "answers DIFFERED"))
    return lines
