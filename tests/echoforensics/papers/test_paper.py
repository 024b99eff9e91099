"""Papers as text and as a page: what people and evidence wrote is shown, and steers nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from echoforensics.case.custody.names import DATABASE, LEDGER
from echoforensics.errors import CaseError, UsageError
from echoforensics.papers.paper import (
    Paper,
    PaperBlanks,
    PaperFields,
    PaperHeading,
    PaperList,
    PaperTable,
    PaperText,
    as_html,
    as_text,
    plain,
)
from echoforensics.papers.writing import paper_text, write_new

HOSTILE = "<script>x</script>&\"'\u202e\x1b[2J\nline"
PAPER = Paper(
    "A title",
    (
        PaperHeading("Heading"),
        PaperText("Some words.", note=True),
        PaperText("word " * 60),
        PaperList(("one", "two"), numbered=True),
        PaperList(("three",)),
        PaperFields((("Name", HOSTILE), ("Empty", ""))),
        PaperTable(("Item", "SHA-256"), (("echo", "ab" * 32), ("phone", "cd" * 64))),
        PaperBlanks(("Signature",)),
    ),
)


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onload", "style"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_as_text() -> None:
    text = as_text(PAPER)
    lines = text.splitlines()
    assert lines[:2] == ["A title", "======="]
    assert "*** Some words. ***" in lines
    assert "1. one" in lines
    assert "- three" in lines
    # Digests stay whole, however long they are; all else fits on a page.
    assert max(len(line) for line in lines if "cdcd" not in line) <= 92
    assert "cd" * 64 in text
    assert re.search(r"^Signature: +_{20,}$", text, re.MULTILINE)
    assert "Empty" not in text


def test_as_a_page() -> None:
    page = Page()
    content = as_html(PAPER)
    page.feed(content)
    assert "script" not in page.tags
    assert {"h1", "h2", "ol", "ul", "dl", "table"} <= set(page.tags)
    assert "default-src 'none'" in content
    assert "<script>x</script>" in page.text
    assert "Empty" not in page.text


@pytest.mark.parametrize("write", [as_text, as_html])
def test_what_steers_is_written_out(write: object) -> None:
    assert callable(write)
    text = str(write(PAPER))
    assert "\\u202e\\u001b[2J\\u000aline" in text
    assert not set("\u202e\x1b") & set(text)


def test_characters_beyond_the_first_plane() -> None:
    assert plain("\U000e0041 台所 👩 \ud800") == "\\U000e0041 台所 👩 \\ud800"


def test_the_name_of_a_file_says_its_form(tmp_path: Path) -> None:
    assert paper_text(PAPER, None) == as_text(PAPER) == paper_text(PAPER, Path("a.txt"))
    assert paper_text(PAPER, Path("a.HTML")) == as_html(PAPER)
    with pytest.raises(UsageError, match=r"ends in \.html or \.txt"):
        paper_text(PAPER, Path("a.pdf"))
    write_new(tmp_path / "a.txt", "x")
    with pytest.raises(UsageError, match="already exists"):
        write_new(tmp_path / "a.txt", "y")
    with pytest.raises(UsageError, match="cannot be written"):
        write_new(tmp_path / "none" / "a.txt", "y")
    assert (tmp_path / "a.txt").read_text() == "x"


def test_nothing_is_written_into_a_case_folder(tmp_path: Path) -> None:
    for name in (DATABASE, LEDGER):
        (tmp_path / name).touch()
    inside = tmp_path / "papers" / "paper.txt"
    inside.parent.mkdir()
    with pytest.raises(CaseError, match=f"inside the case folder {tmp_path.resolve()}; name a file elsewhere"):
        write_new(inside, "x")
    assert not inside.exists()
    (tmp_path / LEDGER).unlink()
    write_new(inside, "x")
    assert inside.exists()
