"""The sections on limits and on terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.sections.blocks import Bullets, Paragraph, facts, quote, section, texts
from echoforensics.report.words.vocabulary import GLOSSARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.report.sections.blocks import WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language


def untranslated_note(words: Language) -> str:
    """Say what remains in English in a report in another language; empty in English."""
    if words.code == "en":
        return ""
    return words.text(
        "Sentences of rows, of issues, of parsers and of the ledger are in English, as they were sealed or as"
        " the tool has them. They are not translated."
    )


def limits_section(context: ReportContext) -> WrittenSection:
    """State what the report must not be mistaken for."""
    say = context.words.text
    limits = [
        say(
            "The timeline holds what the parsers listed above can read. What is absent from it may still have happened:"
            " records are deleted, logs are rotated away, and not every artefact is known."
        ),
        say(
            "A record says what a device or a service wrote; who spoke, and whether anybody meant to, it does not say."
        ),
        say(
            "A text beside a recording is what the Alexa service recognised and the account kept. It can be wrong."
            " Listen before relying on it."
        ),
        say(
            "Hashes show that bytes are the same now as when they were hashed. They do not show what the source was"
            " before it was received."
        ),
        say("Joins between records are made by rule. They are interpretation, and each gives its reason."),
    ]
    limits += filter(None, [untranslated_note(context.words)])
    return section("limits", say("Limits"), [Bullets(tuple(map(quote, limits)))])


def glossary_section(context: ReportContext, others: Sequence[WrittenSection]) -> WrittenSection:
    """Explain the terms that the other sections use."""
    say = context.words.text
    used = "\n".join(text for part in others for text in texts(part)).lower()
    pairs = [(say(word), say(meaning)) for word, meaning in GLOSSARY.items()]
    return section(
        "glossary",
        say("Words used"),
        Paragraph(say("The words of this report have these meanings, and no others.")),
        facts((word, quote(meaning)) for word, meaning in pairs if word.lower() in used),
    )
