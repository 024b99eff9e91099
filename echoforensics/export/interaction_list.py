"""Writes interactions and gaps as text lines, CSV, JSON Lines, or one JSON document."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from echoforensics.export.csv_table import cell
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.spoken.case_gap import CaseGap
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.export.jsonl import Writable

INTERACTION_COLUMNS = (
    "number", "datetime", "uncertainty_s", "devices", "account", "persons", "transcript", "human_transcript", "answer",
    "answer_origin", "statuses", "sources", "recordings", "signs_unintended", "speaks_for", "speaks_against",
    "contradictions", "left_open", "sentence", "start_basis", "exhibits", "strengths", "machine", "annotations",
)  # fmt: skip
GAP_COLUMNS = (
    "number", "datetime", "datetime_end", "data_type", "count", "message", "explanations", "derived_from",
)  # fmt: skip
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


def write_csv(
    rows: Iterable[dict[str, Any]], columns: tuple[str, ...], stream: Writable, local: ZoneInfo | None
) -> int:
    """Write a header and rows. Returns the number of rows. No cell runs as a formula."""
    extra = ("local_time", "timezone") if local else ()
    writer = csv.writer(stream)
    writer.writerow((*columns, *extra))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
        writer.writerow([cell(row.get(name)) for name in (*columns, *extra)])
    return count


def write_jsonl(values: Iterable[dict[str, Any]], stream: Writable) -> int:
    """Write one object per line. Returns their number."""
    count = 0
    for count, value in enumerate(values, 1):  # noqa: B007 (the count is wanted)
        stream.write(json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS) + "\n")
    return count


def write_json(values: Iterable[dict[str, Any]], name: str, unverified: str, stream: Writable) -> int:
    """Write one document, ``{name: [...]}``, one object per line, ``unverified`` first. Returns their number."""
    stream.write(f'{{"unverified": {json.dumps(unverified)}, "{name}": [' if unverified else f'{{"{name}": [')
    count = 0
    for count, value in enumerate(values, 1):
        stream.write((",\n" if count > 1 else "\n") + json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS))
    stream.write("\n]}\n")
    return count


def interaction_values(found: Iterable[CaseInteraction], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    """Yield interactions as JSON values, with the time in a zone if one is given."""
    for one in found:
        more = {"local_time": local_time(one.start, local), "timezone": local.key} if local else {}
        yield {**one.as_json(), **more}


def interaction_rows(found: Iterable[CaseInteraction], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    """Yield interactions as table rows."""
    for one in found:
        signs = one.unintended
        answer = one.answers[0] if one.answers else None
        row: dict[str, Any] = {
            "number": one.number,
            "datetime": one.datetime,
            "uncertainty_s": None if one.uncertainty is None else one.uncertainty / 1e6,
            "devices": "; ".join(device.serial or device.type or "" for device in one.devices),
            "account": one.account,
            "persons": list(one.persons),
            "transcript": one.transcript,
            "human_transcript": " / ".join(str(added.fields["text"]) for added in one.human_transcripts),
            "answer": answer.text if answer else None,
            "answer_origin": answer.origin if answer else None,
            "statuses": "; ".join(f"{status.status} ({status.exhibit})" for status in one.statuses),
            "sources": list(one.sources),
            "recordings": list(one.recordings),
            "signs_unintended": "; ".join(signs.signs) if signs else "",
            "speaks_for": _statements(signs.speaks_for if signs else ()),
            "speaks_against": _statements(signs.speaks_against if signs else ()),
            "contradictions": " ".join(f"{each.what} {_statements(each.sides)}" for each in one.contradictions),
            "left_open": " ".join(one.left_open),
            "sentence": one.sentence,
            "start_basis": one.start_basis,
            "exhibits": [member.exhibit for member in one.members if member.exhibit],
            "strengths": "; ".join(f"{member.exhibit} {member.strength}" for member in one.members),
            "machine": " ".join(f"{added.says} ({added.exhibit})" for added in one.machine),
            "annotations": " ".join(f"{added.says} ({added.exhibit})" for added in one.annotations),
        }
        if local:
            row |= {"local_time": local_time(one.start, local) or "", "timezone": local.key}
        yield row


def gap_values(found: Iterable[CaseGap], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    """Yield gaps as JSON values, with the time in a zone if one is given."""
    for gap in found:
        more = {"local_time": local_time(gap.start, local), "timezone": local.key} if local else {}
        yield {**gap.as_json(), **more}


def gap_rows(found: Iterable[CaseGap], local: ZoneInfo | None) -> Iterator[dict[str, Any]]:
    """Yield gaps as table rows."""
    for value in gap_values(found, local):
        derived = [" ".join(filter(None, (at["exhibit"], at["path"]))) for at in value["derived_from"]]
        yield {**value, "explanations": " ".join(value["explanations"]), "derived_from": "; ".join(derived)}


def interaction_lines(one: CaseInteraction) -> Iterator[str]:
    """Yield an interaction as text: its sentence, what each record says and why it belongs, and disagreements."""
    yield f"{one.number}  {one.sentence}"
    yield f"    The start: {one.start_basis}"
    if one.account:
        person = ", ".join(one.persons) or "not recorded"
        yield f"    Account: {one.account}; person whom the service recognised: {person}"
    for member in one.members:
        places = f" (at {member.places} places)" if member.places > 1 else ""
        source = "list" if member.source == "none" else member.source
        yield f"    {member.exhibit or '-'}  {source}, {member.data_type}{places}: {member.says}"
        yield f"        {member.strength}: {member.reason}"
    for answer in one.answers:
        yield f'    Answer, {answer.kind} ({answer.exhibit}): "{answer.text}" {answer.origin}'
    for contradiction in one.contradictions:
        yield f"    Not agreed: {contradiction.what} {_statements(contradiction.sides)}"
    if one.unintended:
        yield f"    Signs that it was not intended: {', '.join(one.unintended.signs)}"
        yield f"        for: {_statements(one.unintended.speaks_for)}"
        yield f"        against: {_statements(one.unintended.speaks_against)}"
    for sentence in one.left_open:
        yield f"    Left open: {sentence}"
    for what, some in (("Found by a machine", one.machine), ("Annotation", one.annotations)):
        for added in some:
            yield f"    {what}, not evidence: {added.exhibit}, {added.data_type}, about {added.about}: {added.says}"


def gap_lines(gap: CaseGap) -> Iterator[str]:
    """Yield a gap as text."""
    when = _utc(gap.datetime) if gap.datetime else "no time"
    if gap.datetime_end and gap.datetime_end != gap.datetime:
        when = f"{when} to {_utc(gap.datetime_end)}" if gap.datetime else f"before {_utc(gap.datetime_end)}"
    yield f"{gap.number}  {when}  {gap.data_type}: {gap.message}"
    yield f"    Explanations, none preferred: {' '.join(gap.explanations)}"
    named = [" ".join(filter(None, (at.exhibit, at.path, at.locator))) for at in gap.derived_from]
    yield f"    From: {'; '.join(named[:5])}{f' and {gap.count - 5} more' if gap.count > 5 and len(named) > 5 else ''}"


def _utc(time: str) -> str:
    return time[:19].replace("T", " ") + " UTC"


def _statements(statements: Iterable[Any]) -> str:
    return " ".join(f"{one.says} ({one.exhibit})" if one.exhibit else one.says for one in statements)
