"""Pages, docstrings and comments have none of the phrases for which docs/glossary.md names a plainer one."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chain_of_custody", "echoforensics", "parsers")
GLOSSARY = ROOT / "docs" / "glossary.md"
SECTION = "## Phrases that are not used"


def refused() -> dict[str, str]:
    """The phrases that are not used, each with the one that is."""
    _, _, rest = GLOSSARY.read_text(encoding="utf-8").partition(SECTION)
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", rest, re.MULTILINE)
    return {phrase: other for phrase, other in rows if phrase != "not"}


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """The docstrings and the comments of a module, each with its first line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node)
            if docstring is not None:
                yield node.body[0].lineno, docstring
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [(each.start[0], each.string.lstrip("#: ")) for each in tokens if each.type == tokenize.COMMENT]
    # A phrase may run over the end of a line.
    for (line, text), (_, following) in zip(comments, [*comments[1:], (0, "")], strict=False):
        yield line, f"{text} {following}"


def found_in(text: str, phrases: dict[str, str]) -> list[str]:
    """The phrases in a text, each with what to write."""
    flat = " ".join(text.split())
    return [
        f"{phrase!r}: write {other!r}"
        for phrase, other in phrases.items()
        if re.search(rf"\b{re.escape(phrase)}\b", flat, re.IGNORECASE)
    ]


def test_the_glossary_names_phrases() -> None:
    phrases = refused()
    assert phrases["passed over"] == "skipped"
    assert len(phrases) >= 12
    assert [other for other in phrases.values() if found_in(other, phrases)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_code_has_none_of_them(package: str) -> None:
    phrases = refused()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {why}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, text in prose_of(path.read_text(encoding="utf-8"))
        for why in found_in(text, phrases)
    ]
    assert found == []


def test_pages_have_none_of_them() -> None:
    phrases = refused()
    found = []
    for path in sorted((*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md")):
        if "artefacts" in path.parts:
            continue  # made of what the parsers say of themselves, which is data
        text = path.read_text(encoding="utf-8")
        if path == GLOSSARY:
            text = text.partition(SECTION)[0]
        found += [f"{path.relative_to(ROOT)}: {why}" for why in found_in(text, phrases)]
    assert found == []


def test_a_phrase_is_found() -> None:
    source = '"""It is passed\n    over."""\n\nX = "passed over"\n# gone on\n# with it\n'
    found = [why for _, text in prose_of(source) for why in found_in(text, refused())]
    assert found == ["'passed over': write 'skipped'", "'gone on with': write 'continued'"]
