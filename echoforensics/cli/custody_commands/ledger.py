"""``echoforensics ledger``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from chain_of_custody.ledger import LedgerEntry


@click.command("ledger")
@click.argument("case", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "--timezone",
    default="",
    metavar="ZONE",
    help="IANA zone shown beside UTC. Default: the zone given to extract.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object with every line in full.")
def command(*, case: Path, timezone: str, as_json: bool) -> None:
    """Show the history of a case: who did what, and when, in UTC and in the case's zone.

    CASE is a case folder, or its file custody.jsonl. The chain, signatures and hand-overs are checked; the exit code is
    1 if they are not valid. Times are by the clock of the computer that wrote the line.
    """
    from chain_of_custody.chain import verify
    from chain_of_custody.ledger import LedgerError, read
    from chain_of_custody.statements.transfer import transfers
    from echoforensics.case.custody.history import CaseHistory
    from echoforensics.case.custody.names import LEDGER
    from echoforensics.case.custody.standing import known_head
    from echoforensics.cli.safe_text import safe_lines
    from echoforensics.errors import CaseError
    from echoforensics.zones import zone

    path = case / LEDGER if case.is_dir() else case
    try:
        report = verify(path, known=known_head(case) if case.is_dir() else None)
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error
    entries: list[LedgerEntry] = []
    try:
        # Those before a line that is broken are shown.
        entries.extend(read(path))
    except LedgerError:
        entries = _sound_beginning(path)
    history = CaseHistory.of(entries)
    failures = [*report.failures, *transfers(entries)[1]]
    local = zone(timezone or history.timezone)
    shown: dict[str, Any] = {
        "ok": not failures, "signed": report.signed, "fingerprint": report.fingerprint, "key": dict(history.key),
        "lines": report.length, "head": report.head, "failures": failures,
        "entries": [_as_json(entry, local) for entry in entries],
    }  # fmt: skip
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else safe_lines(_lines(shown)))
    if failures:
        sys.exit(1)


def _sound_beginning(path: Path) -> list[LedgerEntry]:
    from chain_of_custody.ledger import LedgerError, read

    found: list[LedgerEntry] = []
    lines = read(path)
    while True:
        try:
            found.append(next(lines))
        except (StopIteration, LedgerError):
            return found


def _as_json(entry: LedgerEntry, local: ZoneInfo | None) -> dict[str, Any]:
    from datetime import datetime

    from echoforensics.case.custody.ledger_words import line_words

    written = datetime.fromisoformat(entry.time)
    return {
        "line": entry.seq + 1,
        "time": entry.time,
        "local_time": None if local is None else written.astimezone(local).isoformat(timespec="seconds"),
        "actor": entry.actor,
        "action": entry.action,
        "words": line_words(entry),
        "sha256": entry.line_hash,
        "detail": dict(entry.detail),
    }


def _lines(shown: dict[str, Any]) -> list[str]:
    from echoforensics.counting import counted
    from echoforensics.key_record import key_words

    lines = []
    for entry in shown["entries"]:
        when = f"{entry['time'][:19]}Z"
        if entry["local_time"]:
            when += f" ({entry['local_time']})"
        lines += [f"{entry['line']:>4}  {when}  {entry['actor']}", f"      {entry['words']}"]
    if shown["signed"]:
        lines += ["", f"Signed with the key {shown['fingerprint']}"]
        if words := key_words(shown["key"]):
            lines.append(f"{words[0].upper()}{words[1:]}")
    else:
        lines += ["", "UNSIGNED: anybody could change this case without leaving a trace."]
    lines += [f"BROKEN: {failure}" for failure in shown["failures"]]
    lines.append(f"Ledger: {counted(shown['lines'], 'line')}, head {shown['head']}")
    return lines
