"""Reads a marks file: the tags, notes and exclusions of reviewers. docs/report.md describes its format.

The file is untrusted: every part of it is checked, and errors name the part that is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chain_of_custody.chain import open_ledger
from echoforensics.errors import CaseError, UsageError
from echoforensics.given_file import read_given_file

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.case import Case

#: The name and the version of the format.
FORM, VERSION = "echoforensics marks", 1
#: Kinds of marks, and the minimum and maximum length of their texts in characters. An exclusion needs no reason.
KINDS = {"tag": 100, "note": 10_000, "exclude": 10_000}
_MOST_BYTES, _MOST_MARKS, _MOST_AUTHOR = 50_000_000, 100_000, 200
_ABOUT = re.compile(r"(EF|IN)-[0-9]{7,18}")
#: Characters that no text may contain: null, and lone surrogates, which JSON can hold and UTF-8 cannot.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_EXHIBIT = re.compile(r"EF-[0-9]{7,18}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark.

    Attributes:
        kind: one of :data:`KINDS`.
        about: an exhibit or an interaction: ``EF-0000012``, ``IN-0000004``.
        exhibit: the exhibit; for an interaction, one of its exhibits.
        text: the tag, the note, or the reason; empty for an exclusion without a reason.
        author: name of the reviewer.
        date: time of the mark, ISO 8601 in UTC.
    """

    kind: str
    about: str
    exhibit: str
    text: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class MarksFile:
    """A parsed marks file.

    Attributes:
        name: name of the file.
        sha256: SHA-256 of the file.
        case: identity of the case of the report; see :func:`case_identity`.
        marks: the marks in the order of the file.
    """

    name: str
    sha256: str
    case: str
    marks: tuple[Mark, ...]


def case_identity(case: Case) -> str:
    """Return the identity of a case, which never changes: the SHA-256 of the first line of its ledger.

    Raises:
        CaseError: its ledger is missing or cannot be read.
    """
    try:
        with open_ledger(case.ledger_path) as stream:
            first = stream.readline()
    except OSError as error:
        raise CaseError(f"{case.ledger_path}: cannot be read: {error.strerror or error}") from error
    return hashlib.sha256(first.rstrip(b"\n")).hexdigest()


def read_marks(path: Path) -> MarksFile:
    """Read a marks file.

    Raises:
        UsageError: the file cannot be read, or breaks the format; the message names the error.
    """
    content = read_given_file(path, _MOST_BYTES, f"a marks file has at most {_MOST_BYTES} bytes")
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not a marks file, as it is not JSON: {error}") from error
    if not isinstance(whole, dict) or whole.get("form") != FORM:
        raise UsageError(f'{path}: is not a marks file: its "form" is not "{FORM}"')
    if whole.get("version") != VERSION:
        raise UsageError(f"{path}: a marks file of version {whole.get('version')!r}; this one reads version {VERSION}")
    _refuse_others(path, "the file", whole, {"form", "version", "case", "marks"})
    identity, marks = whole.get("case"), whole.get("marks")
    if not isinstance(identity, str) or not isinstance(marks, list):
        raise UsageError(f'{path}: "case" must be a text, and "marks" a list')
    if len(marks) > _MOST_MARKS:
        raise UsageError(f"{path}: a marks file has at most {_MOST_MARKS} marks")
    read = tuple(_mark(path, f"mark {number}", mark) for number, mark in enumerate(marks, 1))
    return MarksFile(path.name, hashlib.sha256(content).hexdigest(), identity, read)


def _mark(path: Path, which: str, mark: Any) -> Mark:
    if not isinstance(mark, dict):
        raise UsageError(f"{path}: {which} is not an object")
    _refuse_others(path, which, mark, {"kind", "about", "exhibit", "text", "author", "date"})
    kind, about = mark.get("kind"), mark.get("about")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UsageError(f"{path}: {which} is of the kind {kind!r}; there are {', '.join(KINDS)}")
    if not isinstance(about, str) or not _ABOUT.fullmatch(about):
        raise UsageError(
            f"{path}: {which} is about {about!r}; that is neither an exhibit (EF-0000012) nor an interaction (IN-...)"
        )
    exhibit = mark.get("exhibit", about)
    if not isinstance(exhibit, str) or not _EXHIBIT.fullmatch(exhibit):
        raise UsageError(f"{path}: {which} names no exhibit of {about}")
    if about.startswith("EF-") and exhibit != about:
        raise UsageError(f"{path}: {which} is about {about} and names another exhibit, {exhibit}")
    text = _text(path, which, mark.get("text", ""), "text", 0 if kind == "exclude" else 1, KINDS[kind])
    author = _text(path, which, mark.get("author"), "author", 1, _MOST_AUTHOR)
    return Mark(kind, about, exhibit, text, author, _date(path, which, mark.get("date")))


def _text(path: Path, which: str, value: Any, name: str, least: int, most: int) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None or not least <= len(text) <= most or _NO_TEXT.search(text):
        raise UsageError(f'{path}: {which}: "{name}" must be a text of {least} to {most} characters')
    return text


def _date(path: Path, which: str, value: Any) -> str:
    try:
        date = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        date = None
    if date is None or date.tzinfo is None:
        raise UsageError(f'{path}: {which}: "date" must be a time with a zone, as in 2026-11-28T19:47:17Z')
    try:
        return date.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError as error:
        raise UsageError(f"{path}: {which}: {value} is not a valid time in UTC") from error


def _refuse_others(path: Path, which: str, value: dict[str, Any], known: set[str]) -> None:
    if others := sorted(set(value) - known):
        raise UsageError(f"{path}: {which} has unknown keys: {', '.join(others)[:200]}")
