"""Typesetting with Typst: no network, no packages, no fonts but those of its wheel and those that are given."""

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
#: What the document is to conform to; Typst refuses to write what does not.
STANDARDS: tuple[PDFStandard, ...] = ("a-3a", "ua-1")
_SERIF = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern")
_MONO = ("DejaVu Sans Mono", "Libertinus Serif", "New Computer Modern")
#: How Typst names a text that no font has, or a character that the standard forbids.
_REFUSED = re.compile(r'(?:the text|contains the codepoint) `"((?:[^"\\]|\\.)*)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
#: One text for each character, so that each that cannot be shown is named.
_PROBE = """#set document(title: "probe")
#let data = json("document.json")
#set text(font: data.fonts)
= probe
#for each in data.characters [#text(each) #linebreak()]
"""


class RefusedTextError(Exception):
    """Typst cannot write these characters.

    Attributes:
        characters: they.
    """

    def __init__(self, characters: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(f"U+{ord(each):04X}" for each in characters)))
        self.characters = characters


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Typst with a fixed set of fonts: the same input gives the same bytes on any machine.

    Attributes:
        folders: folders with further fonts, for scripts that those of the wheel do not have.
    """

    folders: tuple[Path, ...] = ()

    @property
    def fonts(self) -> dict[str, list[str]]:
        """The families in the order in which they are tried, for running text (``serif``) and for codes (``mono``).

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
        """Those characters that no font shows, or that the standards forbid."""
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
        """The report as PDF/A-3a and PDF/UA-1.

        Args:
            content: by name, the files that the template reads.
            timestamp: seconds since 1970 UTC, as the document's date.

        Raises:
            RefusedTextError: a text cannot be shown.
        """
        return self._compile((_ASSETS / "report.typ").read_text("utf-8"), content, STANDARDS, timestamp)

    def stamp(self, content: Mapping[str, bytes]) -> bytes:
        """What is seen of a signature, as a page of its own."""
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
    """The characters that a message of Typst says it cannot write; ASCII is never among them."""
    found: set[str] = set()
    for text in _REFUSED.findall(message):
        found.update(_ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text))
    return frozenset(each for each in found if not each.isascii())


def json_bytes(data: Any) -> bytes:
    """Data as the templates read it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
