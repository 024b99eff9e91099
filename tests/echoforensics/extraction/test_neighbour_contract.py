"""A parser that does not say that it reads neighbours is given none, by the extraction as by log2timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from echoforensics.extraction import reader, run
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record


class GarageLog(Parser):
    """Reads a log of a garage opener, and looks for a file beside it."""

    name: ClassVar[str] = "garage_log"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About("A garage", ("echo:log:garage",), (), "", "")

    def claims(self, source: Source) -> bool:
        """By the first word, or as the file beside it; in both cases without a look at other files."""
        return source.head.startswith(b"garage") or source.name == "doors.txt" or source.beside("doors.txt") is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Say whether there was a file beside it."""
        if source.name != "doors.txt":
            yield Record("echo:log:garage", f"Beside it: {source.beside('doors.txt') is not None}.", "line:1")


class GarageLogInCompany(GarageLog):
    """The same, and says that it does."""

    reads_neighbours: ClassVar[bool] = True


@pytest.mark.parametrize(("kind", "given"), [(GarageLog, "False"), (GarageLogInCompany, "True")])
def test_in_an_extraction(
    kind: type[Parser],
    given: str,
    tmp_path: Path,
    extract_rows: Callable[..., list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "garage.log").write_text("garage open by=remote\n")
    (folder / "doors.txt").write_text("2 doors\n")
    (folder / "other.txt").write_text("nothing\n")
    parser = kind()
    monkeypatch.setattr(reader, "claiming", lambda source, _parsers: (parser,) if parser.claims(source) else ())
    monkeypatch.setattr(run, "parsers_of", lambda _options: (parser,))

    (row,) = extract_rows(folder)

    assert (row["path"], row["message"]) == ("garage.log", f"Beside it: {given}.")
