from __future__ import annotations

from pathlib import Path

from echoforensics.authoring.pages import pages, write
from parsers.catalogue import catalogue

DOCS = Path(__file__).parents[3] / "docs" / "artefacts"


def test_the_pages_in_the_project_are_those_of_the_catalogue() -> None:
    assert {path.name: path.read_text() for path in DOCS.iterdir()} == pages(), "run `make docs`"


def test_every_artefact_says_what_it_shows_what_not_and_on_what_it_was_validated() -> None:
    made = pages()
    index = made["README.md"]
    for entry in catalogue():
        page = made[f"{entry.name}.md"]
        for title in ("What it shows", "What it does not show", "Known by", "Validated on"):
            assert f"\n## {title}\n\n" in page, entry.name
        assert f"({entry.name}.md)" in index
    assert len(made) == len(catalogue()) + 1


def test_pages_of_what_is_no_longer_read_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    (tmp_path / "notes.txt").write_text("kept")
    written = write(tmp_path)
    assert not (tmp_path / "gone.md").exists()
    assert (tmp_path / "notes.txt").exists()
    assert sorted(tmp_path.glob("*.md")) == written
