"""Looks up the report's texts in one language by their English, through gettext.

The catalogues are ``data/*.po``; ``python -m echoforensics.report.words.catalogue_files`` compiles the ``.mo`` files
read here. A test checks that they match and that every text is translated.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from echoforensics.report.markup import number

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The languages that a report can be written in, by code.
LANGUAGES = {"en": "English", "de": "Deutsch"}
_FOLDER = "data"


class Language:
    """A language of the report.

    Attributes:
        code: one of :data:`LANGUAGES`, also valid for the ``lang`` attribute of a page.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._catalogue = _catalogue(code)

    def text(self, english: str, /, **values: object) -> str:
        """Return a text with values filled in for ``{names}``.

        Args:
            english: the English text; must be a literal in the call, so that the catalogues can be checked.
            values: the values by name. Those of :func:`later` are translated, too.
        """
        written = self._catalogue.gettext(english) if english else ""
        if not values:
            return written
        return written.format_map(
            {name: self.text(value) if isinstance(value, Translatable) else value for name, value in values.items()}
        )

    def counted(self, count: int, one: str, several: str = "") -> str:
        """Return a number with its noun: ``1 record``, ``2 records``.

        Args:
            count: the number.
            one: the English singular noun.
            several: the plural, unless it is ``one`` plus an s.
        """
        return f"{number(count)} {self._catalogue.ngettext(one, several or f'{one}s', count)}"

    def mapping(self, english: Iterable[str]) -> dict[str, str]:
        """Map English texts to their translations, for a page's script."""
        return {each: self.text(each) for each in english}


@cache
def language(code: str) -> Language:
    """Return a language by its code.

    Raises:
        KeyError: the report has no such language.
    """
    return Language(code)


class Translatable(str):
    """A text in English that the catalogues have. As a value of another text it is translated with it."""

    __slots__ = ()


def later(english: str) -> str:
    """Mark a text for translation without translating it yet."""
    return Translatable(english)


def text(english: str, code: str = "en") -> str:
    """Return a text in the language of a code; see :meth:`Language.text`."""
    return language(code).text(english)


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    if code not in LANGUAGES:
        raise KeyError(code)
    with (files("echoforensics.report.words") / _FOLDER / f"{code}.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)
