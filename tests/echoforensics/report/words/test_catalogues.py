"""Translations: each sentence of the report has one, none is left over, and the compiled catalogues match."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from echoforensics.report.words.catalogue_files import FOLDER, compiled, parse
from echoforensics.report.words.language import LANGUAGES, language, text
from echoforensics.report.words.vocabulary import all_words, family_words, kind_words
from echoforensics.review.room_errors import RoomError
from echoforensics.review.web.dispatch import NotSavedError

REPORT = FOLDER.parents[1]
#: The pages of the review room take their words from the same catalogue.
ROOM = REPORT.parent / "review"
#: Refusals of the room, by their names: each has its sentence first.
_KINDS: list[type[RoomError]] = [RoomError, NotSavedError, *RoomError.__subclasses__()]
_REFUSALS = {each.__name__ for each in _KINDS}
#: What a sentence is looked up by: ``words.text("...")``, ``say("...")``, ``words.counted(n, "row")``.
_CALLS = {"text": 0, "say": 0, "later": 0, "counted": 1}
#: Sentences of the pages' scripts.
_IN_SCRIPT = re.compile(r'\bword\(\s*"((?:[^"\\]|\\.)*)"')
_PLACES = re.compile(r"\{\w*\}")


def keys_of(source: str) -> Iterator[str]:
    """The sentences that a module looks up, by the keys of a catalogue."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if getattr(getattr(node.func, "value", None), "id", "") == "call":
            continue  # a parameter of a request, as call.text("state") has it
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        at = 0 if name in _REFUSALS else _CALLS.get(str(name))
        literals = [literal(each) for each in node.args]
        one = literals[at] if at is not None and len(literals) > at else ""
        if not one:
            continue
        if name == "counted":
            yield f"{one}\0{literals[2] if len(literals) > 2 else f'{one}s'}"
        elif isinstance(node.func, ast.Attribute) or name in ("say", "later") or name in _REFUSALS:
            yield one


def literal(node: ast.expr) -> str:
    """A literal text; empty for any other expression."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def wanted() -> set[str]:
    """Every key that a catalogue must have."""
    found = set(all_words())
    for path in REPORT.rglob("*.py"):
        found.update(keys_of(path.read_text(encoding="utf-8")))
    for path in ROOM.rglob("*.py"):
        # The room counts nothing in a language: its counted() writes the English of commands.
        found.update(key for key in keys_of(path.read_text(encoding="utf-8")) if "\0" not in key)
    for path in [*REPORT.rglob("*.js"), *ROOM.rglob("*.js")]:
        found.update(match[1].replace('\\"', '"') for match in _IN_SCRIPT.finditer(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_every_sentence_is_translated_and_none_is_left_over(code: str) -> None:
    entries = parse((FOLDER / f"{code}.po").read_text(encoding="utf-8"))
    there = {key for key, translations in entries.items() if key and all(translations)}
    assert sorted(wanted() - there) == []
    assert sorted(there - wanted()) == []


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_translations_have_the_places_of_their_sentences(code: str) -> None:
    for key, translations in parse((FOLDER / f"{code}.po").read_text(encoding="utf-8")).items():
        for translation in translations if key else ():
            assert sorted(_PLACES.findall(translation)) == sorted(_PLACES.findall(key.partition("\0")[0])), key


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.po")), ids=lambda path: path.stem)
def test_compiled_catalogues_match(path: Path) -> None:
    content = compiled(parse(path.read_text(encoding="utf-8")))
    assert path.with_suffix(".mo").read_bytes() == content, "run: python -m echoforensics.report.words.catalogue_files"


def test_catalogues_are_such_as_gettext_reads() -> None:
    entries = parse(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n# a comment\nmsgid "a {n}"\nmsgstr "é "\n"{n}"\n'
        '\nmsgid "row"\nmsgid_plural "rows"\nmsgstr[0] "Zeile"\nmsgstr[1] "Zeilen"\n'
    )
    read = gettext.GNUTranslations(io.BytesIO(compiled(entries)))
    assert (read.gettext("a {n}"), read.gettext("b")) == ("é {n}", "b")
    assert (read.ngettext("row", "rows", 1), read.ngettext("row", "rows", 2)) == ("Zeile", "Zeilen")


@pytest.mark.parametrize("wrong", ["msgid a", '"alone"', 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"', "rubbish"])
def test_what_is_no_catalogue_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"not a line of a catalogue|translated twice"):
        parse(wrong)


def test_languages() -> None:
    assert text("Timeline", "de") == "Zeitleiste"
    assert text("Timeline") == "Timeline"
    assert language("de").counted(1, "row") == "1 Zeile"
    assert language("de").counted(1200, "row") == "1\u202f200 Zeilen"
    assert language("de").mapping(["Timeline"]) == {"Timeline": "Zeitleiste"}
    assert kind_words("alexa:cloud:activity", language("de")) == "Eintrag im Sprachverlauf"
    assert kind_words("alexa:cloud:new", language("de")) == "alexa:cloud:new"
    assert family_words("echo:log:boot", language("de")) == "das Gerät"
    with pytest.raises(KeyError):
        language("xx")


def test_keys_are_found_in_calls() -> None:
    source = 'words.text("a"); say("b", x=1); words.counted(n, "c"); counted(n, "d", "e"); other("f"); words.text(g)'
    assert list(keys_of(source)) == ["a", "b", "c\0cs", "d\0e"]
