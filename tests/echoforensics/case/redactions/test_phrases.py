from __future__ import annotations

import base64

import pytest

from echoforensics.case.redactions.phrases import REDACTED, Phrases
from echoforensics.case.redactions.redacted_words import kept_words, removed_runs, words_text

PHRASES = Phrases(["turn on the light", "Müller", "1234"])


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("Alexa, turn on the light!", "Alexa, [REDACTED]!"),
        ("TURN ON\nthe  Light", REDACTED),
        ("a_turn_on-the.light.wav", "a_[REDACTED].wav"),
        ("a%20turn%20on%20the%20light%2e", "a%20[REDACTED]%2e"),
        ("x\\nturn on\\u0020the light", "x\\n[REDACTED]"),
        ("Mu\u0308ller and M\\u00fcller and M\\\\u00FCller and M%C3%BCller", " and ".join([REDACTED] * 4)),
        (base64.b64encode(b'{"a": "turn on the light"}').decode(), REDACTED),
        ("0" + base64.urlsafe_b64encode("turn on the light".encode("utf-16-le")).decode(), REDACTED),
        (base64.b64encode(base64.b64encode(b"turn on the light")).decode(), REDACTED),
        (base64.b64encode("\x01\x02\x80 MÜLLER \xff".encode("utf-16-be")).decode(), REDACTED),
        (base64.b64encode(b"\x80\x90" + "mu\u0308ller ".encode() + b"\xff\x00\x01").decode(), REDACTED),
        (b"turn on the light".hex(), REDACTED),
        ("turn on the lights", "turn on the lights"),
        ("12345 Muller", "12345 Muller"),
        ("", ""),
    ],
)
def test_phrases_are_found_however_they_are_written(text: str, replaced: str) -> None:
    assert PHRASES.replaced(text) == replaced
    assert PHRASES.are_in(text) is (replaced != text)


@pytest.mark.parametrize(
    ("phrase", "text", "replaced"),
    [
        ("Hauptstraße elf", "zur Hauptstraße elf, HAUPTSTRASSE ELF", f"zur {REDACTED}, {REDACTED}"),
        ("HAUPTSTRASSE elf", "Hauptstraße elf", REDACTED),
        ("Hauptstraße elf", base64.b64encode("Hauptstraße elf".encode()).decode(), REDACTED),
        ("Übergib ihm Geld", "%C3%9Cbergib%20ihm%20Geld, \\u00dcbergib ihm Geld", f"{REDACTED}, {REDACTED}"),
        ("Übergib ihm Geld", "%25C3%259Cbergib%2520ihm%2520Geld", REDACTED),
        ("Übergib ihm Geld", "&Uuml;bergib&nbsp;ihm&#32;Geld, &#220;bergib ihm Geld", f"{REDACTED}, {REDACTED}"),
        ("don't tell her", "don&#39;t tell her, don&#x27;t <b>tell</b> her", f"{REDACTED}, {REDACTED}"),
        ("tell my wife", '<speak>tell <break time="1s"/>my wife</speak>', f"<speak>{REDACTED}</speak>"),
        ("tell my wife", "te\u00adll my\u200bwi\u200dfe", REDACTED),
        ("İstanbul yolu", "İstanbul yolu", REDACTED),
        ("ὁδός μου", "ὉΔΌΣ ΜΟΥ", REDACTED),
        ("窓を開けて", "アレクサ窓を開けてください", f"アレクサ{REDACTED}ください"),
    ],
)
def test_phrases_are_found_in_every_writing(phrase: str, text: str, replaced: str) -> None:
    assert Phrases([phrase]).replaced(text) == replaced


def test_values_and_bytes() -> None:
    assert PHRASES.replaced_in({"a": [1234, 12, True, None, {"Müller": "x"}]}) == {
        "a": [REDACTED, 12, True, None, {REDACTED: "x"}]
    }
    for content in ("turn on the light".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")):
        assert PHRASES.are_in_bytes(b"\x00" + content)
        assert PHRASES.are_in_bytes(b"\xff\x00" + content)
    assert not PHRASES.are_in_bytes(b"turn off the light")


def test_without_phrases_nothing_is_replaced() -> None:
    none = Phrases(["", "..."])
    assert not none
    assert none.replaced("turn on the light") == "turn on the light"


def test_a_text_loses_the_words_that_overlap() -> None:
    words = [["one", 0.0, 1.0], ["two", 1.0, 2.0], ["three", 2.0, 3.0], ["four", 3.0, 4.0]]
    assert words_text(kept_words(words, [(1.2, 2.5)])) == "one [REDACTED] four"
    assert kept_words(words, [(1.2, 2.5)])[1] == [REDACTED, 1.0, 3.0, None]
    assert words_text(kept_words(words, [(1.0, 2.0), (3.5, 9.0)])) == "one [REDACTED] three [REDACTED]"
    assert words_text(kept_words(words, [])) == "one two three four"
    assert list(removed_runs(words, [(0.5, 1.5), (3.5, 9.0)])) == ["one two", "four"]
