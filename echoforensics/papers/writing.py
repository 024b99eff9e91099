"""Writing a paper to a file, as its name asks."""

from __future__ import annotations

from pathlib import Path

from echoforensics.case.no_case import refuse_in_case
from echoforensics.errors import UsageError
from echoforensics.papers.paper import Paper, as_html, as_text

_FORMS = {".html": as_html, ".htm": as_html, ".txt": as_text}


def paper_text(paper: Paper, output: Path | None) -> str:
    """A paper as the name of a file asks: a page for ``.html``, else text.

    Raises:
        UsageError: the name has another ending.
    """
    if output is None:
        return as_text(paper)
    if output.suffix.lower() not in _FORMS:
        raise UsageError(f"{output}: name a file that ends in .html or .txt")
    return _FORMS[output.suffix.lower()](paper)


def write_new(output: Path, text: str) -> None:
    """Write a new file.

    Raises:
        UsageError: something already exists, or the file cannot be written.
        CaseError: it would lie inside a case folder.
    """
    refuse_in_case(output)
    try:
        with output.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"{output}: already exists; name another file") from error
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
