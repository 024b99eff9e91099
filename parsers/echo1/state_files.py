"""Small state files of an Echo's data partition, as ``state_files.yaml`` declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import ClassVar

from parsers.definition.state import FILE, StateFile, StateForm, load
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.small_file import EXCERPT, NO_TIME, numbered, text_of, too_many_lines, whole
from parsers.times import utc
from parsers.values import Keeper

#: A content that is read at once, and a line, are no longer than this.
MAX_TEXT = 4096
#: Folders in which these files stand for certain, so that a content of another form is worth an issue.
_HOME = re.compile(r"(?:.*/)?(?:var(?:/local)?|p\d+/local)/|local/")
#: Folders in which a path of one name counts: those, the root of a partition, of an archive and of a copy.
_ROOT = re.compile(r"|p\d+/|(?:.*/)?p\d+/|.*!/|(?:.*/)?(?<!usr/)local/")


@register
class EchoState(Parser):
    """Reads the files that the table names."""

    name: ClassVar[str] = "echo_state"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="Settings and state of a first-generation Echo",
        data_types=tuple(sorted({kind.data_type for kind in load()})),
        known_by=tuple(f"{path}, with a content of its form" for kind in load() for path in kind.paths),
        shows="What the file held when it was last written.",
        does_not_show=(
            "When it was written: but for the last known date these files hold no time. What a value meant to the"
            " device, where the record says that this is not known."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2): one file of each kind",),
        limits=(
            "These files have no signature: each is known by its path and by the form of its content.",
            "Read from the form of one device's files; other firmware may write others.",
        ),
        references=(
            "github.com/Mich21050/EchoSystemFiles: var/local; etc/init.d/set-the-date, varlocal.sh",
            "parsers/definitions/state/state_files.yaml",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path is in the table, and either the content has its form or the folder is certain."""
        found = _kind(source.path)
        if found is None:
            return False
        kind, home = found
        return _HOME.fullmatch(home) is not None or _is_of_form(kind, source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record of the content, or of each line; an issue for what is not of the form."""
        found = _kind(source.path)
        if found is None:
            yield Issue("The path is none of those that the table of state files names.")
            return
        kind = found[0]
        content, issues = whole(source)
        yield from issues
        if kind.by_line:
            yield from too_many_lines(content)
            yield from _lines(kind, source, content)
            return
        form = kind.forms[0]
        match = form.pattern.fullmatch(text_of(content)) if len(content) <= MAX_TEXT else None
        if match is None:
            yield Issue(_not_of_form(kind, content), excerpt=content[:EXCERPT])
        elif record := _record(kind, form, match, source, ""):
            yield record


@cache
def _patterns() -> dict[str, list[tuple[StateFile, int, re.Pattern[str]]]]:
    """Each path with its number of names, as an expression, under its last name.

    Where that may be any name it is under the folder's (``persist/*``), and where it is but partly known under ``*``.
    """
    found: dict[str, list[tuple[StateFile, int, re.Pattern[str]]]] = {}
    for kind in load():
        for path in kind.paths:
            folder, _, last = path.rpartition("/")
            pattern = re.compile(re.escape(path).replace(r"\*", "[^/]*"))
            # Any file may bear any name: the name of the folder tells most of them apart.
            under = last if "*" not in last else f"{folder.rpartition('/')[2]}/*" if last == "*" else "*"
            found.setdefault(under, []).append((kind, path.count("/") + 1, pattern))
    return found


def _kind(path: str) -> tuple[StateFile, str] | None:
    """The entry for a path, and the folder in which the entry's path begins (with its ``/``)."""
    parts = path.split("/")
    patterns = _patterns()
    near = [*patterns.get(parts[-1], ()), *patterns.get("*", ())]
    if len(parts) > 1:
        near += patterns.get(f"{parts[-2]}/*", ())
    for kind, length, pattern in near:
        if len(parts) < length or pattern.fullmatch("/".join(parts[-length:])) is None:
            continue
        home = "".join(f"{part}/" for part in parts[:-length])
        if length > 1 or _ROOT.fullmatch(home):
            return kind, home
    return None


def _is_of_form(kind: StateFile, source: Source) -> bool:
    if not kind.by_line:
        content = source.head[: MAX_TEXT + 1]
        return len(content) <= MAX_TEXT and kind.forms[0].pattern.fullmatch(text_of(content)) is not None
    first = next((line for _, line in numbered(source.head)), None)
    return first is not None and _match(kind, first) is not None


def _match(kind: StateFile, line: str) -> tuple[StateForm, re.Match[str]] | None:
    if len(line) > MAX_TEXT:
        return None
    found = ((form, form.pattern.fullmatch(line)) for form in kind.forms)
    return next(((form, match) for form, match in found if match), None)


def _lines(kind: StateFile, source: Source, content: bytes) -> Iterator[Record | Issue]:
    if not content.strip():
        yield Issue(_not_of_form(kind, content))
    for number, line in numbered(content):
        found = _match(kind, line)
        if found is None:
            what = f'The line is not of the form that the file "{kind.name}" has.'
            yield Issue(what, at_line(number), line.encode()[:EXCERPT])
        elif record := _record(kind, *found, source, at_line(number)):
            yield record


def _not_of_form(kind: StateFile, content: bytes) -> str:
    if not content:
        return f'The file "{kind.name}" is empty.'
    return f'The content is not of the form that the file "{kind.name}" has.'


def _record(kind: StateFile, form: StateForm, match: re.Match[str], source: Source, place: str) -> Record | None:
    if form.message is None:
        return None
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    scope: dict[str, object] = {**groups, FILE: source.name}
    timestamps = (_timestamp(kind.time, match),) if kind.time else ()
    message = form.message.render((scope,))
    if kind.meaning:
        message += f" {kind.meaning}"
    if not timestamps:
        message += NO_TIME
    fields: dict[str, Value] = {"name": kind.name, FILE: source.name, **groups}
    keys = (key.render_whole((scope,)) for key in kind.keys)
    return Record(
        kind.data_type,
        message,
        place,
        timestamps,
        fields=Keeper().fields(fields),
        keys=tuple(key for key in keys if key),
    )


def _timestamp(time: tuple[str, str], match: re.Match[str]) -> Timestamp:
    description, note = time
    timestamp = utc(*(int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second")))
    if timestamp is None:
        note = "There is no such date or time of day."
    return Timestamp(description, match["value"], Clock.DEVICE, timestamp, note)
