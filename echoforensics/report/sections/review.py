"""The method section's account of a review by people: who decided how much, and how often two agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_with_fields
from echoforensics.report.markup import number
from echoforensics.report.sections.blocks import Heading, Paragraph, code, evidence, exhibits, lines, quote, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.report.sections.blocks import Block, Cell
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language

#: The data type of the record with a review's figures.
REVIEW = "annotation:review"


def review_blocks(context: ReportContext) -> Iterator[Block]:
    """Yield the figures of each review room closed into the case, as last closed; nothing if there was none."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for row in rows_with_fields(context.case.store, Query(types=(REVIEW,))):
        fields = json.loads(row["fields"])
        if context.includes(row["exhibit"]) and isinstance(fields.get("agreement"), list):
            found[str(fields.get("room"))] = max(
                (row["exhibit"], fields), found.get(str(fields.get("room")), ("", {})), key=lambda one: one[0]
            )
    for exhibit, fields in found.values():
        yield from _review(exhibit, fields, context.words)


def _review(exhibit: str, fields: Mapping[str, Any], words: Language) -> Iterator[Block]:
    say = words.text
    yield Heading(say("Review by people"))
    yield Paragraph(
        (
            *exhibits([exhibit]), quote(" "),
            quote(
                say(
                    "Recordings were listened to and coded by {authors}: {finished} of {items} items were decided."
                    " {twice} of them were heard by a second person who did not know what the first had decided; the"
                    " two differed on {differ}, of which {settled} were settled by a third.",
                    authors=", ".join(map(str, fields.get("authors", ()))), finished=number(fields["finished"]),
                    items=number(fields["items"]), twice=number(fields["heard_by_two"]),
                    differ=number(fields["disagreements"]), settled=number(fields["settled"]),
                )
            ),
        )
    )  # fmt: skip
    if not fields["heard_by_two"]:
        yield Paragraph(say("How far two people agree was not measured: no item was heard by two."))
        return
    yield Paragraph(
        say(
            "How far two people agree is given as Cohen's kappa: 1 for full agreement, 0 for as much as by chance. In"
            " brackets the bounds of 95 %, from Wilson's interval of the observed agreement. Where chance alone makes"
            " it full, there is no kappa. It measures agreement, not whether they are right."
        )
    )
    labels = fields.get("labels", {})
    head = (say("Code"), say("Both"), say("One of two"), say("Neither"), say("Kappa"))
    yield table(head, (_row(one, labels, words) for one in fields["agreement"]))
    yield table(
        (say("Two people"), *head),
        ((lines(map(evidence, one["people"])), *_row(one, labels, words)) for one in fields.get("pairs", ())),
        say("The record has the others."),
    )
    yield from _drawn(fields, words)


def _drawn(fields: Mapping[str, Any], words: Language) -> Iterator[Block]:
    """Yield the rule by which items were heard twice, so that the sample can be drawn again."""
    say, labels = words.text, fields.get("labels", {})
    drawn = [one for one in fields.get("samples", ()) if one["part"] or one["codes"]]
    if drawn:
        yield Paragraph(
            say(
                "What was heard twice: an item is of the sample where the first 64 bits of the SHA-256 of the lines"
                " “sample”, seed and hash of the item are below the part that is drawn; and what has one of the codes."
            )
        )
        yield table(
            (say("Queue"), say("Part"), say("Codes"), say("Seed")),
            (
                (
                    evidence(one["queue"]), f"{one['part']:.1%}",
                    ", ".join(str(labels.get(each, each)) for each in one["codes"]), code(one["seed"]),
                )
                for one in drawn
            ),
        )  # fmt: skip


def _row(one: Mapping[str, Any], labels: Mapping[str, str], words: Language) -> tuple[Cell, ...]:
    kappa = words.text("none")
    if one["kappa"] is not None:
        kappa = f"{one['kappa']:.2f} ({one['low']:.2f} - {one['high']:.2f})"
    return (
        evidence(labels.get(one["code"], one["code"])), number(one["both"]),
        number(one["first_only"] + one["second_only"]), number(one["neither"]), kappa,
    )  # fmt: skip
