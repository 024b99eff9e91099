"""Texts as the PDF can show them, and what Typst's messages name."""

from __future__ import annotations

from echoforensics.report.pdf.texts import LONGEST, ShownTexts
from echoforensics.report.pdf.typesetter import Typesetter, refused_characters


def test_long_words_get_places_to_break_and_nothing_else_changes() -> None:
    digest = "0123456789abcdef" * 4
    shown = ShownTexts().shown(f"a {digest} b")
    assert shown.replace("\u200b", "") == f"a {digest} b"
    assert max(map(len, shown.replace("\u200b", " ").split())) == 12
    path = "data/data/com.amazon.dee.app/databases/map_data_storage_v2.db"
    assert ShownTexts().shown(path).split("\u200b") == [
        "data/", "data/", "com.", "amazon.", "dee.", "app/", "databases/", "map_", "data_", "storage_", "v2.", "db",
    ]  # fmt: skip
    assert ShownTexts().shown("short words stay") == "short words stay"


def test_long_texts_are_cut_with_their_length() -> None:
    shown = ShownTexts().shown("word " * LONGEST)
    assert shown.endswith("… (30\u202f000 characters)")


def test_characters_are_counted_and_written_out() -> None:
    texts = ShownTexts(frozenset("打"))
    assert texts.every({"a": ["打开", 1, ("x\u202e",)]}) == {"a": ["[U+6253]开", 1, ["x[U+202E]"]]}
    assert texts.seen == {"打", "开"}
    assert texts.plain("a\n" + "b" * 30) == "a " + "b" * 30


def test_messages_of_typst_name_characters() -> None:
    message = (
        'error: PDF/A-3a, PDF/UA-1 error: the text `"\\u{1fffe}"` could not be displayed with font `"X"`\n'
        'error: PDF/A-3a error: the PDF contains the codepoint `"\\u{e000}"`\nthe text `"a😀\\""` could not'
    )
    assert refused_characters(message) == frozenset("\U0001fffe\ue000😀")
    assert refused_characters("something else") == frozenset()


def test_every_character_that_no_font_has_is_found_at_once() -> None:
    assert Typesetter().missing("Ω€é中م😀\ue000한") == frozenset("中😀\ue000한")
    assert Typesetter().missing("") == frozenset()
