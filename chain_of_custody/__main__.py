"""``python -m chain_of_custody verify PATH``: check a hand-over on a machine where nothing else is installed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from chain_of_custody import __version__
from chain_of_custody.chain import verify as verify_ledger
from chain_of_custody.checking.wording import check_lines, plain, verdict
from chain_of_custody.folder_check import SealedCheck, check_sealed, is_sealed
from chain_of_custody.verify import Problem, hash_as_given

_ABOUT = """\
Check a bundle, a report or an export (a sealed folder, or a zip of one), or a ledger (custody.jsonl): every byte of it,
against the list of files that the examiner signed. What is a case folder's needs `echoforensics verify`.
"""
_ENDING = """\
Exits with 0 only if everything was checked and passed; with 1 if not; with 2 where nothing is there. Compare the
fingerprint that is shown with the examiner's, from another source than what is checked.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns its exit code: 0 verified, 1 not verified, 2 nothing to verify."""
    given = _parser().parse_args(arguments)
    path: Path = given.path
    fingerprint, head = given.fingerprint, given.expected_head
    if is_sealed(path):
        result = check_sealed(
            path,
            fingerprint=fingerprint,
            expected_head=head,
            ca_files=given.ca_files,
            tokens=() if given.no_timestamps else given.tokens,
            timestamps_required=given.timestamps_required,
        )
    elif path.is_file():
        result = _check_ledger(path, fingerprint, head)
    else:
        what = "a folder without a seal" if path.is_dir() else "not there"
        more = (
            f"; its ledger alone can be checked: {path / 'custody.jsonl'}" if (path / "custody.jsonl").exists() else ""
        )
        sys.stderr.write(plain(f"{path}: {what}, and so nothing that this checks{more}") + "\n")
        return 2
    if given.as_json:
        sys.stdout.write(json.dumps(result.as_json()) + "\n")
    else:
        lines = [*check_lines(result.checks, result.notes), verdict(result.checks, signed=result.signed)]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0 if result.ok else 1


def _check_ledger(path: Path, fingerprint: str | None, expected_head: str | None) -> SealedCheck:
    """Check a ledger on its own."""
    result = SealedCheck(kind="ledger")
    try:
        found = verify_ledger(path, expected_fingerprint=fingerprint, expected_head=expected_head)
    except OSError as error:
        result.checks.skipped("ledger", f"{path}: {error.strerror or error}")
        return result
    result.signed, result.fingerprint = found.signed, found.fingerprint
    result.head, result.length = found.head, found.length
    meaning = "The ledger was changed, cut, or put together out of others, or is another than was expected."
    problems = [Problem(path.name, "an unbroken ledger", failure, meaning) for failure in found.failures]
    detail = "it does not hold" if problems else f"{found.length} lines, each following from the line before"
    result.checks.add("ledger", not problems, detail, problems)
    if found.torn_tail and not problems:
        result.notes.append(
            f"a last line of {found.torn_tail} bytes was cut off by an interruption, and is not an entry"
        )
    if expected_head is None:
        result.notes.append(
            f"the ledger ends in {found.head}; whether lines were cut off its end cannot be seen without --expect-head"
        )
    if fingerprint is None and found.fingerprint:
        result.notes.append(f"compare the fingerprint {found.fingerprint} with the examiner's, from another source")
    return result


def _hash(text: str) -> str:
    try:
        return hash_as_given(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m chain_of_custody", description="Checking a chain of custody.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="check what was handed over", description=_ABOUT, epilog=_ENDING)
    add = verify.add_argument
    add("path", metavar="PATH", type=Path, help="a sealed folder, a zip of one, or a ledger")
    add("--fingerprint", metavar="HEX", type=_hash, help="of the key that must have signed it")
    add("--expect-head", dest="expected_head", metavar="HEX", type=_hash,
        help="a line that the ledger must hold: its head before")  # fmt: skip
    add("--ca-file", dest="ca_files", metavar="FILE", type=Path, action="append", default=[],
        help="certificates of timestamp authorities that you believe, in PEM; may be given more than once")  # fmt: skip
    add("--timestamp", dest="tokens", metavar="FILE", type=Path, action="append",
        help="a timestamp over the seal; default: NAME.tsr and NAME.2.tsr beside it")  # fmt: skip
    add("--require-timestamps", dest="timestamps_required", metavar="N", type=int, default=0,
        help="fail unless so many timestamps are there and hold")  # fmt: skip
    add("--no-timestamps", action="store_true", help="leave timestamps out")
    add("--json", dest="as_json", action="store_true", help="say the result as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
