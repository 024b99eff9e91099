"""While the pages are written in German, nothing is looked up that the catalogue does not have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.report import bundle
from echoforensics.report.words.catalogue_files import FOLDER, parse
from echoforensics.report.words.language import Language
from echoforensics.zones import zone


class AskedLanguage(Language):
    """Keeps what it was asked for and does not have."""

    def __init__(self) -> None:
        super().__init__("de")
        self.known = parse((FOLDER / "de.po").read_text(encoding="utf-8"))
        self.missing: set[str] = set()

    def text(self, english: str, /, **values: object) -> str:
        if english and english not in self.known:
            self.missing.add(english)
        return super().text(english, **values)

    def counted(self, count: int, one: str, several: str = "") -> str:
        key = f"{one}\0{several or f'{one}s'}"
        if key not in self.known:
            self.missing.add(key)
        return super().counted(count, one, several)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> AskedLanguage:
    made = AskedLanguage()
    monkeypatch.setattr(bundle, "language", lambda _: made)
    return made


@pytest.mark.parametrize(
    "query",
    [Query(), Query(types=("echo:log",), search="e", recordings_only=False), Query(interaction=2, states=("live",))],
)
def test_every_sentence_that_is_looked_up_is_there(
    asked: AskedLanguage, sealed: Any, tmp_path: Path, query: Query
) -> None:
    with Case.open(sealed.path) as case:
        index = bundle.write_report(case, tmp_path / "report", zone("Europe/Berlin"), query, language_code="de")
    assert asked.missing == set()
    page = index.read_text(encoding="utf-8")
    assert '<html lang="de"' in page
    assert "Bericht zu Echo-Beweismitteln" in page


def test_scripts_get_the_words_of_the_language(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        bundle.write_report(case, tmp_path / "report", language_code="de")
    head = (tmp_path / "report" / "data" / "head.js").read_text(encoding="utf-8")
    assert json.dumps("Etikett oder Notiz", ensure_ascii=False)[1:-1] in head
