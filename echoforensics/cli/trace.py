"""``echoforensics trace``."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.unverified import note_redactions, unverified_option, warn

if TYPE_CHECKING:
    from echoforensics.case.tracing import Trace


@click.command("trace")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("exhibit", metavar="EXHIBIT")
@click.option(
    "--bytes",
    "limit",
    type=click.IntRange(min=0),
    default=1024,
    show_default=True,
    metavar="N",
    help="Show at most N bytes.",
)
@click.option("--raw", is_flag=True, help="Write the bytes themselves to standard output, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the bytes in base64.")
@unverified_option
def command(*, case_path: Path, exhibit: str, limit: int, raw: bool, as_json: bool, unverified: bool) -> None:
    """Show the bytes behind a row, read again from the evidence.

    EXHIBIT is an exhibit number, such as EF-0000012 or 12; or an interaction, such as IN-0000012, to show the bytes of
    each of its records.
    """
    from echoforensics.cli.safe_text import safe
    from echoforensics.library import open_case

    if exhibit.strip().upper().startswith("IN-"):
        _trace_interaction(case_path, exhibit, limit, raw=raw, as_json=as_json, unverified=unverified)
        return
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        note_redactions(case)
        found, why = case.trace(exhibit), case.unverified
    if raw:
        sys.stdout.buffer.write(found.found.content if found.found else b"")
    elif as_json:
        click.echo(
            json.dumps({**_as_json(found), **({"unverified": why} if why else {})}, ensure_ascii=sys.stdout.isatty())
        )
    else:
        click.echo(safe(_as_text(found, limit), "\n"))


def _trace_interaction(case_path: Path, number: str, limit: int, *, raw: bool, as_json: bool, unverified: bool) -> None:
    """Show the bytes of each record of an interaction that has a row, with the reason for which it belongs."""
    from echoforensics.cli.safe_text import safe
    from echoforensics.library import open_case

    if raw:
        raise click.UsageError("--raw needs one exhibit; an interaction has several records")
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        note_redactions(case)
        why = case.unverified
        found = case.interaction(number)
        traces = [(member, case.trace(member.exhibit)) for member in found.members if member.exhibit]
    if as_json:
        listed = [{"reason": member.reason, "strength": member.strength, **_as_json(trace)} for member, trace in traces]
        whole = {"interaction": found.as_json(), "traces": listed, **({"unverified": why} if why else {})}
        click.echo(json.dumps(whole, ensure_ascii=sys.stdout.isatty()))
        return
    click.echo(safe(f"{found.number}  {found.sentence}", "\n"))
    for member, trace in traces:
        click.echo(f"\n{'=' * 100}\n{member.exhibit}, {member.strength}: {safe(member.reason)}\n")
        click.echo(safe(_as_text(trace, limit), "\n"))


def _as_json(found: Trace) -> dict[str, object]:
    shown: dict[str, object] = asdict(found)
    if found.found is not None:
        content = base64.b64encode(found.found.content).decode()
        shown["found"] = {**asdict(found.found), "content": content}
    return shown


def _as_text(found: Trace, limit: int) -> str:
    row = found.row
    lines = [f"{row['exhibit']}  {row['message']}", ""]
    kept = {name: value for name, value in row.items() if name in _SHOWN and value not in (None, [], "")}
    lines += [f"{name:16}{kept[name]}" for name in _SHOWN if name in kept]
    if found.note:
        lines.append(f"{'time is':16}{found.note}")
    lines += [f"{'joined':16}{join.what} {join.value}: {join.basis}" for join in found.joins]
    lines += [f"{'file time':16}{name} {value}" for name, value in found.file_times.items()]
    lines += [f"{'also at':16}{reference}" for reference in found.references if len(found.references) > 1]
    lines += [f"{'in the image':16}bytes {start} to {start + length - 1}" for start, length in found.extents[:8]]
    lines.append("")
    if found.origin == "evidence":
        lines.append("Read again from the evidence.")
    else:
        lines.append(f"Read from the case's own copy ({found.why}).")
    same = "the same as when it was extracted" if found.unchanged else f"NOT the {row['sha256']} of the extraction"
    lines.append(f"The file hashes to {found.file_sha256}, {same}.")
    if found.issue or found.found is None:
        return "\n".join([*lines, f"The locator was not found: {found.issue}"])
    content, start = found.found.content, found.found.offset
    where = f"at byte {start} of the file" if start is not None else "decoded from a string in the file"
    lines += [f"{len(content)} bytes {where}:", "", _dump(content[:limit], start or 0)]
    if len(content) > limit:
        lines.append(f"... {len(content) - limit} more bytes; --bytes or --raw shows them")
    return "\n".join(lines)


_SHOWN = (
    "datetime", "timestamp_desc", "recorded_time", "clock", "data_type", "device_serial", "device_type", "account",
    "person", "utterance_id", "transcript", "recording", "evidence", "path", "locator", "sha256", "parser",
    "parser_version", "state", "interaction", "places", "corroborated_by",
)  # fmt: skip


def _dump(content: bytes, start: int) -> str:
    lines = []
    for at in range(0, len(content), 16):
        piece = content[at : at + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{start + at:08x}  {piece.hex(' '):47}  {text}")
    return "\n".join(lines)
