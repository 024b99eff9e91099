"""What each parser makes of a file whose records are known."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from echoforensics.selftest.answer import KnownAnswer, compared
from echoforensics.selftest.truth import PARSER_ANSWERS, PARSER_INPUTS, inputs, stated
from parsers.catalogue import catalogue
from parsers.fence import fence
from parsers.parser import HEAD_SIZE, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import load

AREA = "parsers"


def parser_answers() -> Iterator[KnownAnswer]:
    """One answer for each parser that the truth set has a file for."""
    readers = {parser.name: parser for parser in load()}
    for sample in stated(PARSER_ANSWERS):
        reader = readers.get(sample["read_by"])
        if reader is None:
            yield KnownAnswer(AREA, sample["name"], (f"this installation has no parser {sample['read_by']}",))
            continue
        expected = {"records": sample["records"], "issues": sample["issues"]}
        yield compared(AREA, sample["name"], expected, read(reader, sample))


def without_answer() -> list[str]:
    """The parsers of this installation for which the truth set has no file: those of others, and newer ones."""
    known = {sample["name"] for sample in stated(PARSER_ANSWERS)}
    return sorted({entry.name for entry in catalogue()} - known)


def read(reader: Parser, sample: Mapping[str, Any]) -> dict[str, Any]:
    """What a parser makes of a sample.

    Args:
        reader: the parser that is given the file.
        sample: ``name``: whose records are wanted; ``path`` of the file; ``mode``: its permission bits or None.

    Returns:
        ``records`` and ``issues``, as the truth set states them.
    """
    contents = inputs(PARSER_INPUTS)
    prefix = f"{sample['name']}/"
    held = {name.removeprefix(prefix): content for name, content in contents.items() if name.startswith(prefix)}
    issues: list[Issue] = []
    found: list[Record] = []
    with fence(reader.name, issues):
        source = _source(held, sample["path"], sample.get("mode"))
        if source is None or not reader.claims(source):
            issues.append(Issue("the parser does not claim the file"))
        else:
            for item in reader.parse(source):
                if isinstance(item, Issue):
                    issues.append(item)
                else:
                    found.append(item.signed(reader.name, reader.version))
    # A parser that hands on what it reads, and names no record after itself, is asked for all of them.
    wanted = [as_stated(record) for record in found if sample["name"] in (record.parser, reader.name)]
    return {"records": wanted, "issues": [issue.what for issue in issues]}


def _source(held: Mapping[str, bytes], path: str, mode: int | None) -> Source | None:
    content = held.get(path)
    if content is None:
        return None
    return Source(
        path, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content),
        lambda beside: _source(held, beside, None), mode,
    )  # fmt: skip


def as_stated(record: Record) -> dict[str, Any]:
    """A record as the truth set states it; what is empty is left out."""
    whole = {
        "parser_version": record.parser_version,
        "data_type": record.data_type,
        "message": record.message,
        "locator": record.locator,
        "timestamps": [
            [time.description, time.recorded, str(time.clock), time.timestamp, time.note, time.locator]
            for time in record.timestamps
        ],
        "device_serial": record.device_serial,
        "device_type": record.device_type,
        "account": record.account,
        "person": record.person,
        "utterance_id": record.utterance_id,
        "transcript": record.transcript,
        "fields": dict(record.fields),
        "keys": list(record.keys),
        "file": record.file,
    }
    return {name: value for name, value in whole.items() if value not in (None, "", [], {})}
