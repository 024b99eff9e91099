"""Typesets with Typst: no network, no packages, and only the fonts in its wheel and the given ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typst

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typst import PDFStandard

_ASSETS = files("echoforensics.report.pdf") / "assets"
#: The standards for the document; Typst refuses to write anything that does not conform.
STANDARDS: tuple[PDFStandard, ...] = ("a-3a", "ua-1")
_SERIF = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern")
_MONO = ("DejaVu Sans Mono", "Libertinus Serif", "New Computer Modern")
#: How Typst reports text that no font has, or a character that the standard forbids.
_REFUSED = re.compile(r'(?:the text|contains the codepoint) `"((?:[^"\\]|\\.)*)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
#: One text per character, so that each one that cannot be shown is reported.
_PROBE = """#set document(title: "probe")
#let data = json("document.json")
#set text(font: data.fonts)
= probe
#for each in data.characters [#text(each) #linebreak()]
"""


class RefusedTextError(Exception):
    """Typst cannot write these characters.

    Attributes:
        characters: the characters.
    """

    def __init__(self, characters: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(f"U+{ord(each):04X}" for each in characters)))
        self.characters = characters


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Typst with a fixed set of fonts: the same input gives the same bytes on any machine.

    Attributes:
        folders: folders with further fonts, for scripts that the wheel's fonts lack.
    """

    folders: tuple[Path, ...] = ()

    @property
    def fonts(self) -> dict[str, list[str]]:
        """Return the font families in fallback order, for running text (``serif``) and for code (``mono``).

        Raises:
            UsageError: a folder holds no font.
        """
        further: list[str] = []
        for folder in self.folders:
            found = typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
            ).families()
            if not found:
                raise UsageError(f"{folder}: holds no readable font")
            further += sorted(found)
        return {"serif": [*_SERIF, *further], "mono": [*_MONO, *further]}

    def missing(self, characters: Iterable[str]) -> frozenset[str]:
        """Return the characters that no font has, or that the standards forbid."""
        left = sorted(characters)
        if not left:
            return frozenset()
        found: frozenset[str] = frozenset()
        while True:
            data = {"fonts": self.fonts["serif"], "characters": [each for each in left if each not in found]}
            try:
                self._compile(_PROBE, {"document.json": json_bytes(data)}, STANDARDS, 0)
            except RefusedTextError as refused:
                found |= refused.characters
            else:
                return found

    def document(self, content: Mapping[str, bytes], timestamp: int) -> bytes:
        """Typeset the report as PDF/A-3a and PDF/UA-1.

        Args:
            content: maps names to the files that the template reads.
            timestamp: the document's date, in seconds since 1970 UTC.

        Raises:
            RefusedTextError: a text cannot be shown.
        """
        return self._compile((_ASSETS / "report.typ").read_text("utf-8"), content, STANDARDS, timestamp)

    def stamp(self, content: Mapping[str, bytes]) -> bytes:
        """Typeset the visible part of a signature as a separate page."""
        return self._compile((_ASSETS / "stamp.typ").read_text("utf-8"), content, ("a-3b",), 0, tags=False)

    def _compile(
        self,
        source: str,
        content: Mapping[str, bytes],
        standards: tuple[PDFStandard, ...],
        timestamp: int,
        *,
        tags: bool = True,
    ) -> bytes:
        with TemporaryDirectory(prefix="echoforensics-") as name:
            root = Path(name)
            for each, written in content.items():
                (root / each).write_bytes(written)
            (root / "main.typ").write_text(source, encoding="utf-8")
            try:
                made = typst.compile(
                    str(root / "main.typ"), root=str(root), format="pdf", ignore_system_fonts=True,
                    font_paths=[str(folder) for folder in self.folders], pdf_standards=list(standards),
                    timestamp=timestamp, pdf_tags=tags, package_path=str(root), package_cache_path=str(root),
                )  # fmt: skip
            except typst.TypstError as error:
                refused = refused_characters(f"{error.message}\n{error.diagnostic}")
                if not refused:
                    raise
                raise RefusedTextError(refused) from error
        return bytes(made)


def refused_characters(message: str) -> frozenset[str]:
    """Return the characters that a Typst message says it cannot write; never ASCII."""
    found: set[str] = set()
    for text in _REFUSED.findall(message):
        found.update(_ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text))
    return frozenset(each for each in found if not each.isascii())


def json_bytes(data: Any) -> bytes:
    """Encode data for the templates."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
