"""The section on what was received, with hashes before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.names import HASHED_AGAIN
from echoforensics.report.markup import FOLDED, number
from echoforensics.report.sections.blocks import (
    Heading,
    Notice,
    Paragraph,
    code,
    evidence,
    facts,
    lines,
    quote,
    section,
    short,
    table,
)
from echoforensics.report.words.vocabulary import evidence_kind_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.report.sections.blocks import Block, Cell, Run, Table, WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language

_ALGORITHMS = {"sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
#: Not a digest: the form of the folder listing that was hashed.
_LISTING = "listing"


def evidence_section(context: ReportContext) -> WrittenSection:
    """List each received item with its hashes."""
    say = context.words.text
    return section(
        "evidence",
        say("Evidence received"),
        Paragraph(
            say(
                "Each item was hashed when it was taken in, and again after it had been read. The hash of a folder, or"
                " of an image in several segments, is that of a list of its files."
            )
        ),
        (
            block
            for item in context.case.evidence()
            for block in _item(item, context.detail_of(HASHED_AGAIN, item.name), context.words)
        ),
    )


def _item(item: EvidenceItem, again: Mapping[str, Any], words: Language) -> Iterator[Block]:
    say, hashes = words.text, item.hashes
    media, media_again = hashes.get("media", {}), again.get("media", {})
    not_again = say("not hashed again")
    unchanged = again.get("unchanged")
    state = not_again if unchanged is None else say("unchanged") if unchanged else say("CHANGED")
    named = item.name if len(item.name) <= FOLDED else item.name[:FOLDED] + "…"
    yield Heading(evidence(named))
    if unchanged is False:
        yield Notice(say("This item CHANGED while it was read: its hashes differ."))
    yield facts(
        [
            (say("Kind"), evidence_kind_words(item.kind, words)),
            (say("Size"), size(item.size, words)),
            (say("Before and after"), state),
            (say("Partitions and file systems"), lines(quote(line) for line in item.described)),
        ]
    )
    yield table(
        (say("What was hashed"), say("Hash"), say("When taken in"), say("After the extraction")),
        [
            *_hashes(say("the item"), hashes, again, words),
            *_hashes(say("media inside the image"), media, media_again, words),
        ],
    )
    if stored := hashes.get("stored_in_image"):
        yield _stored(stored, media, words)
    if segments := hashes.get("parts"):
        yield _segments(segments, words)


def size(count: int, words: Language) -> str:
    """Format a number of bytes."""
    return words.text("{count} bytes", count=number(count))


def _hashes(
    what: str, before: Mapping[str, Any], after: Mapping[str, Any], words: Language
) -> Iterator[tuple[Cell, ...]]:
    other = words.text("compared by SHA-256") if after else words.text("not hashed again")
    for name, value in before.items():
        if isinstance(value, str) and name != _LISTING:
            yield what, _algorithm(name), code(value), code(after[name]) if name in after else other


def _stored(stored: Mapping[str, Any], media: Mapping[str, Any], words: Language) -> Table:
    """Compare the hashes stored in an EWF image with those of the data read."""
    say = words.text
    rows = []
    for name, value in stored.items():
        match = say("matches") if media.get(name) == value else say("DOES NOT MATCH")
        rows.append((_algorithm(name), code(value), code(media.get(name, say("not computed"))), match))
    head = say("Kept by the image"), say("Value it keeps"), say("Value of the media read"), say("Comparison")
    return table(head, rows)


def _segments(segments: Mapping[str, Mapping[str, Any]], words: Language) -> Table:
    say = words.text
    rows = (
        (
            evidence(name),
            size(int(values.get("size", 0)), words),
            lines(
                (_algorithm(kind), quote(" "), code(digest))
                for kind, digest in values.items()
                if isinstance(digest, str)
            ),
        )
        for name, values in segments.items()
    )
    return table((say("Segment"), say("Size"), say("Hashes when taken in")), rows)


def _algorithm(name: str) -> Run:
    return short(_ALGORITHMS.get(name, name.upper()))
