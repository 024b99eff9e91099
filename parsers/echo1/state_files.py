"""Small state files of an Echo's data partition, described by definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import ClassVar, NamedTuple

from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.path_end import PathEnd
from parsers.definition.state import FILE, StateDefinition, StateFile, StateForm, definitions
from parsers.locator import at_line
from parsers.parser import STATE_FILES, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.small_file import EXCERPT, NO_TIME, numbered, text_of, too_many_lines, whole

#: The greatest length of a line, and of content that is read at once.
MAX_TEXT = 4096
#: Folders that certainly hold these files, so that unexpected content is worth an issue.
_HOME = re.compile(r"(?:.*/)?(?:var(?:/local)?|p\d+/local)/|local/")
#: Folders in which a path of a single name counts: those, and the root of a partition, an archive or a copy.
_ROOT = re.compile(r"|p\d+/|(?:.*/)?p\d+/|.*!/|(?:.*/)?(?<!usr/)local/")


@register
class StateFiles(Parser):
    """Reads the files that definitions describe. The records have the definition's name and version."""

    name: ClassVar[str] = "state_files"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="Small state files of an Echo's data partition",
        data_types=(),
        hands_on=(STATE_FILES,),
        known_by=("the path that a definition names, with a content of its form",),
        shows="What the file held when it was last written.",
        does_not_show="When it was written, unless its content is a time.",
        limits=(
            "These files have no signature: each is known by its path and by the form of its content.",
            f"A content that is read at once, and a line, are no longer than {MAX_TEXT} characters.",
        ),
        references=("github.com/Mich21050/EchoSystemFiles: var/local",),
    )

    def claims(self, source: Source) -> bool:
        """Whether a definition names the path, and the content has its form or the folder is certain."""
        found = _described(source.path)
        if found is None:
            return False
        return _HOME.fullmatch(found.home) is not None or _is_of_form(found.file, source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record of the content or of each line; an issue for anything unexpected."""
        found = _described(source.path)
        if found is None:
            yield Issue("The path is none of those that a definition of state files names.")
            return
        definition = found.definition
        for made in _read(found.file, source):
            if isinstance(made, Issue):
                yield replace(made, parser=definition.name)
            else:
                yield replace(made, parser=definition.name, parser_version=definition.version)


class _Described(NamedTuple):
    """The description of a file, and the folder in which the described path begins (with its ``/``)."""

    definition: StateDefinition
    file: StateFile
    home: str = ""


@cache
def _paths() -> dict[str, list[tuple[PathEnd, _Described]]]:
    """Index the paths in definitions by their last name.

    If the last name is a wildcard, the path is indexed by its folder (``persist/*``); if partly known, by ``*``.
    """
    found: dict[str, list[tuple[PathEnd, _Described]]] = {}
    for definition in definitions():
        for file in definition.files:
            for path in file.paths:
                folder, _, last = path.text.rpartition("/")
                # The name alone matches any file; the folder's name rules out most of them.
                under = last if "*" not in last else f"{folder.rpartition('/')[2]}/*" if last == "*" else "*"
                found.setdefault(under, []).append((path, _Described(definition, file)))
    return found


def _described(path: str) -> _Described | None:
    parts = path.split("/")
    paths = _paths()
    near = [*paths.get(parts[-1], ()), *paths.get("*", ())]
    if len(parts) > 1:
        near += paths.get(f"{parts[-2]}/*", ())
    for end, described in near:
        if not end.fits(path):
            continue
        home = "".join(f"{part}/" for part in parts[: -end.names])
        if end.names > 1 or _ROOT.fullmatch(home):
            return _Described(described.definition, described.file, home)
    return None


def _is_of_form(file: StateFile, source: Source) -> bool:
    if not file.by_line:
        content = source.head[: MAX_TEXT + 1]
        return len(content) <= MAX_TEXT and file.forms[0].pattern.fullmatch(text_of(content)) is not None
    first = next((line for _, line in numbered(source.head)), None)
    return first is not None and _match(file, first) is not None


def _read(file: StateFile, source: Source) -> Iterator[Record | Issue]:
    content, issues = whole(source)
    yield from issues
    if file.by_line:
        yield from too_many_lines(content)
        yield from _lines(file, source, content)
        return
    form = file.forms[0]
    match = form.pattern.fullmatch(text_of(content)) if len(content) <= MAX_TEXT else None
    if match is None:
        yield Issue(_not_of_form(file, content), excerpt=content[:EXCERPT])
    else:
        yield from _records(file, form, match, source, "")


def _match(file: StateFile, line: str) -> tuple[StateForm, re.Match[str]] | None:
    if len(line) > MAX_TEXT:
        return None
    found = ((form, form.pattern.fullmatch(line)) for form in file.forms)
    return next(((form, match) for form, match in found if match), None)


def _lines(file: StateFile, source: Source, content: bytes) -> Iterator[Record | Issue]:
    if not content.strip():
        yield Issue(_not_of_form(file, content))
    for number, line in numbered(content):
        found = _match(file, line)
        if found is None:
            what = f'The line is not of the form that the file "{file.name}" has.'
            yield Issue(what, at_line(number), line.encode()[:EXCERPT])
        else:
            yield from _records(file, *found, source, at_line(number))


def _not_of_form(file: StateFile, content: bytes) -> str:
    if not content:
        return f'The file "{file.name}" is empty.'
    return f'The content is not of the form that the file "{file.name}" has.'


def _records(
    file: StateFile, form: StateForm, match: re.Match[str], source: Source, place: str
) -> Iterator[Record | Issue]:
    """Yield the record of a file's content or a line; nothing if its form makes no record."""
    if form.form is None:
        return
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    scope = {**groups, FILE: source.name}
    item = DeclaredItem((scope,), place, kept={"name": file.name, FILE: source.name, **groups})
    for made in RecordMaker(form.form).findings(item):
        if isinstance(made, Issue):
            yield made
            continue
        meaning = f" {file.meaning}" if file.meaning else ""
        no_time = "" if made.timestamps else NO_TIME
        yield replace(made, message=f"{made.message}{meaning}{no_time}")
