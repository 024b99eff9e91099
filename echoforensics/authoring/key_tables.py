"""The keys of definitions as tables in Markdown, made of the forms by which definitions are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from parsers.definition.form import Choice, Either, Flag, Form, Key, Listed, Made, Named, Section, Text, Variants
from parsers.definition.kinds import ALL

#: The kinds of definitions by name, with what each describes.
KINDS = {kind.name: kind for kind in ALL}


def keys_of(name: str) -> str:
    """The keys of one kind of definition: a table of its own keys, and one of each section in it.

    Args:
        name: one of :data:`KINDS`.
    """
    places: dict[str, list[str]] = {}
    for place, section in sections("", KINDS[name].form):
        places.setdefault(table(section), []).append(place)
    parts = [f"{KINDS[name].about}."]
    for text, found in places.items():
        named = ", ".join(f"`{place}`" for place in found if place)
        parts += [f"Keys of {named}:", text] if named else [text]
    return "\n\n".join(parts)


def sections(place: str, form: Form[Any]) -> Iterator[tuple[str, Section[Any]]]:
    """A form's sections, outermost first, each with its place: keys joined by dots."""
    if isinstance(form, Section):
        yield place, form
        for key in form.keys:
            yield from sections(f"{place}.{key.name}" if place else key.name, key.form)
    elif isinstance(form, Variants):
        for which, section in form.sections.items():
            for inner, found in sections(place, section):
                yield f"{inner} ({form.name}: {which})", found
    elif isinstance(form, Either):
        yield from sections(place, form.section)
    elif isinstance(form, (Listed, Made, Named)):
        yield from sections(place, form.form)


def table(section: Section[Any], keys: Iterable[Key[Any]] = ()) -> str:
    """A section's keys as a table: name, whether it is needed, form, what it says.

    Args:
        section: the section.
        keys: those of its keys that are shown; default: all.
    """
    lines = [row(section, key) for key in keys or section.keys]
    return "\n".join(("| key | needed | value | what it says |", "|---|---|---|---|", *lines))


def row(section: Section[Any], key: Key[Any]) -> str:
    """A key's line of the table."""
    cells = (f"`{key.name}`", _needed(section, key), _words(key.form), key.about)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _needed(section: Section[Any], key: Key[Any]) -> str:
    if key.needed:
        return "yes"
    for names in (*section.one_of, *section.some_of):
        if key.name in names:
            others = " or ".join(f"`{name}`" for name in names if name != key.name)
            return f"this or {others}" + ("" if names in section.one_of else ", or both")
    return "no"


def _words(form: Form[Any]) -> str:
    """The form of a value in a few words."""
    if isinstance(form, Made):
        return form.called or _words(form.form)
    words: dict[type, Callable[[Any], str]] = {
        Text: lambda text: text.called,
        Choice: lambda choice: "one of " + ", ".join(f"`{word}`" for word in choice.words),
        Flag: lambda _: "`true` or `false`",
        Listed: lambda listed: f"list: {_words(listed.form)}",
        Named: lambda named: (
            f"mapping of {', '.join(f'`{name}`' for name in named.names) or 'names'}: {_words(named.form)}"
        ),
        Section: lambda _: "keys of its own",
        Variants: lambda _: "keys of its own",
        Either: lambda either: f"{_words(either.text)}, or keys of its own",
    }
    return words[type(form)](form)
