"""The page of the format lists every reader of answers, with its addresses and data types."""

from __future__ import annotations

from collections.abc import Callable

from parsers.alexa_api.answers.responses import kinds


def test_the_page_lists_every_kind(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    listed = doc_table("formats/api_responses.md", "Kinds")
    assert listed == {
        f"`{kind.name}`": (
            ", ".join(f"`{url}`" for url in kind.urls) or "none: known by its form",
            ", ".join(f"`{name}`" for name in kind.about.data_types),
        )
        for kind in kinds()
    }
