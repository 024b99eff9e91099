"""One language of the report: its sentences by their English, through gettext.

The catalogues are ``data/*.po``; ``python -m echoforensics.report.words.catalogue_files`` makes the ``.mo`` that are
read here, and a test holds that they match and that no sentence is without its translation.
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
        code: of :data:`LANGUAGES`, also good for the ``lang`` of a page.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._catalogue = _catalogue(code)

    def text(self, english: str, /, **values: object) -> str:
        """A sentence or a word, with values in the place of ``{names}``.

        Args:
            english: the English, as a literal where it is called: so the catalogues are checked.
            values: by name, what is put in.
        """
        written = self._catalogue.gettext(english) if english else ""
        return written.format_map(values) if values else written

    def counted(self, count: int, one: str, several: str = "") -> str:
        """A number with its noun: ``1 record``, ``2 records``.

        Args:
            count: how many.
            one: the English noun, for one.
            several: for several, where that is not ``one`` with an s.
        """
        return f"{number(count)} {self._catalogue.ngettext(one, several or f'{one}s', count)}"

    def mapping(self, english: Iterable[str]) -> dict[str, str]:
        """Sentences by their English, for a script of a page."""
        return {each: self.text(each) for each in english}


@cache
def language(code: str) -> Language:
    """A language by its code.

    Raises:
        KeyError: the report has no such language.
    """
    return Language(code)


def later(english: str) -> str:
    """A sentence as it is, to be looked up where it is used: so it is seen to need a translation."""
    return english


def text(english: str, code: str = "en") -> str:
    """A sentence in the language of a code; see :meth:`Language.text`."""
    return language(code).text(english)


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    if code not in LANGUAGES:
        raise KeyError(code)
    with (files("echoforensics.report.words") / _FOLDER / f"{code}.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)
