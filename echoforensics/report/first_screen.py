"""The first screen: the matter, what was received and what was found; each sentence links to its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from echoforensics.case.counts import counts_of_case
from echoforensics.report.markup import code, escape, evidence, facts, notice, number, table, text, utc
from echoforensics.report.report_warnings import report_warnings
from echoforensics.report.sections.received import size
from echoforensics.report.words.language import later
from echoforensics.report.words.vocabulary import evidence_kind_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.media import Recording
    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.row_summary import RowSummary
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language

#: The most devices to name on the first screen.
_MOST_DEVICES = 5


@dataclass(frozen=True, slots=True)
class ReportFindings:
    """The report's findings, for its first screen.

    Attributes:
        rows: the summary of its rows.
        recordings: each distinct one.
        interactions: the number of interactions.
        unintended: how many of them show signs of being unintended.
        contradicting: how many of them contain contradicting records.
    """

    rows: RowSummary
    recordings: list[Recording]
    interactions: int
    unintended: int
    contradicting: int


def first_screen(context: ReportContext, part: ReportPart, found: ReportFindings) -> str:
    """Return the first screen as HTML."""
    case, words = context.case, context.words
    info = case.store.info()
    reference = info.get("reference", "")
    title = text(reference) if reference else escape(words.text("Echo evidence report"))
    sentences = "".join(f"<li>{sentence}</li>\n" for sentence in _sentences(context, part, found))
    over = f'<p class="over">{escape(words.text("Echo evidence report"))}</p>\n' if reference else ""
    return (
        f'{over}<h1 id="overview-title">{title}</h1>\n'
        + "".join(notice(warning) for warning in report_warnings(context, part))
        + f'<h2>{escape(words.text("What was found"))}</h2>\n<ol class="findings">{sentences}</ol>\n'
        + f"<h2>{escape(words.text('What was received'))}</h2>\n{_received(context)}\n"
        + f"<h2>{escape(words.text('The matter'))}</h2>\n{_matter(context)}\n"
        + _interpretation(words)
    )


def _sentences(context: ReportContext, part: ReportPart, found: ReportFindings) -> Iterator[str]:
    words, rows = context.words, found.rows
    if found.interactions:
        yield _with_link(
            words.text(
                "Records show {interactions}: times at which somebody, or something, spoke to a device, or at which"
                " the device took a sound for speech to it.",
                interactions=words.counted(found.interactions, "interaction"),
            ), "#interactions", words.text("Show the interactions"),
        )  # fmt: skip
    yield _with_link(_period(rows, words), "#timeline", words.text("Show the timeline"))
    if rows.devices:
        yield _devices(context, rows)
    if found.recordings:
        yield _with_link(_recordings(found, words), "#recordings", words.text("Show the recordings"))
    if found.unintended:
        yield _with_link(
            words.text(
                "{interactions} signs that nobody meant to speak to the device; what speaks against that is shown with"
                " them.", interactions=words.counted(found.unintended, "interaction shows", "interactions show"),
            ), "#interactions?signs=1", words.text("Show them"),
        )  # fmt: skip
    yield from _deleted_and_tampered(rows, words)
    issues = counts_of_case(context.case.store).issues
    if not part.whole:
        yield escape(words.text("What could not be read is not listed in a part."))
    elif issues:
        unread = words.text("{issues} could not be read.", issues=words.counted(issues, "thing"))
        yield _with_link(unread, "about.html#issues", words.text("Show what"))
    else:
        yield escape(words.text("The tool met nothing that it recognised and could not read."))


def _period(rows: RowSummary, words: Language) -> str:
    records, count = words.counted(rows.records, "record"), words.counted(rows.rows, "row")
    if rows.first is None:
        return words.text("There are {records}, in {rows}; no time in UTC is known.", records=records, rows=count)
    return words.text(
        "There are {records}, in {rows} of the timeline, from {first} to {last}.",
        records=records, rows=count, first=utc(rows.first), last=utc(rows.last),
    )  # fmt: skip


def _devices(context: ReportContext, rows: RowSummary) -> str:
    words = context.words
    names = {device.serial: ", ".join(device.names) for device in context.case.devices()}
    most = [serial for serial, _ in rows.devices.most_common(_MOST_DEVICES)]
    shown = ", ".join(
        f'<a href="#timeline?device={escape(quote(serial, safe=""))}">{evidence(names.get(serial) or serial)}</a>'
        for serial in most
    )
    more = len(rows.devices) - len(most)
    rest = escape(words.text(" and {count} more", count=number(more))) if more > 0 else ""
    accounts = words.counted(len(rows.accounts), "account")
    named = words.text(
        "Records name {accounts} and {devices}:",
        devices=words.counted(len(rows.devices), "device"), accounts=accounts,
    )  # fmt: skip
    return f"{escape(named)} {shown}{rest}."


def _recordings(found: ReportFindings, words: Language) -> str:
    lengths = [recording.found.fields.get("duration_us") for recording in found.recordings]
    seconds = sum(length for length in lengths if isinstance(length, int)) / 1_000_000
    chimes = sum(recording.device_sound for recording in found.recordings)
    sentence = words.text(
        "There are {recordings}, {seconds} s together.",
        recordings=words.counted(len(found.recordings), "distinct recording"), seconds=f"{seconds:.1f}",
    )  # fmt: skip
    own = words.text(" {count} of them are sounds of the device itself.", count=number(chimes)) if chimes else ""
    return sentence + own


def _deleted_and_tampered(rows: RowSummary, words: Language) -> Iterator[str]:
    gone = {state: rows.states[state] for state in ("deleted", "carved", "damaged") if rows.states[state]}
    if gone:
        states = ", ".join(f"{number(count)} {words.text(state)}" for state, count in gone.items())
        sentence = words.text(
            "{records} no longer in use, or behind a failed check: {states}.",
            records=words.counted(sum(gone.values()), "record was found in data", "records were found in data"),
            states=states,
        )  # fmt: skip
        yield _with_link(sentence, f"#timeline?state={'+'.join(gone)}", words.text("Show them"))
    else:
        yield escape(words.text("No record comes from deleted or damaged data."))
    if signs := rows.kinds["echo:tamper"]:
        sentence = words.text(
            "{signs} of what can be tampering; each has innocent explanations, which it names.",
            signs=words.counted(signs, "record is a sign", "records are signs"),
        )
        yield _with_link(sentence, "#timeline?kind=echo:tamper", words.text("Show them"))
    else:
        yield escape(words.text("No record is a sign of tampering. That does not say that there was none."))


def _with_link(sentence: str, target: str, link: str) -> str:
    return f'{escape(sentence)} <a href="{escape(target)}">{escape(link)}</a>'


def _received(context: ReportContext) -> str:
    words = context.words
    states: dict[bool | None, str] = {True: words.text("unchanged"), False: words.text("CHANGED")}
    rows = (
        (
            evidence(item.name),
            escape(evidence_kind_words(item.kind, words)),
            escape(size(item.size, words)),
            code(item.hashes.get("sha256", "")),
            escape(states.get(_unchanged(context, item.name), words.text("not hashed again"))),
        )
        for item in context.case.evidence()
    )
    head = [
        words.text(name)
        for name in (
            later("Evidence item"),
            "Kind",
            "Size",
            "SHA-256",
            later("After it was read"),
        )
    ]
    more = f'<p><a href="about.html#evidence">{escape(words.text("Each item with its hashes"))}</a></p>'
    return table(head, rows) + more


def _unchanged(context: ReportContext, name: str) -> bool | None:
    """Whether an item had the same hashes after it was read. None if it was not hashed again."""
    found = context.detail_of("source hashed again", name).get("unchanged")
    return found if isinstance(found, bool) else None


def _matter(context: ReportContext) -> str:
    words, info, begun, sealed = context.words, context.case.store.info(), context.begun, context.sealed
    return facts(
        [
            (words.text("Subject"), text(context.matter.get("subject"))),
            (words.text("Request"), text(context.matter.get("request"))),
            (words.text("Reference"), text(info.get("reference"))),
            (words.text("Agency"), text(info.get("agency"))),
            (words.text("Examiner"), text(info.get("examiner"))),
            (words.text("Extraction begun"), escape(utc(begun.time) if begun else "")),
            (words.text("Extraction completed"), escape(utc(sealed.time) if sealed else "")),
            (words.text("Tool"), escape(info.get("tool"))),
        ]
    )


def _interpretation(words: Language) -> str:
    sentences = (
        later(
            "Everything above is what records say, counted. None of it is an interpretation, and the tool makes none."
        ),
        later(
            "A record says what a device or a service wrote. Who spoke, and whether anybody meant to, it does not say."
        ),
        later(
            "The text beside a recording is what the service recognised. It can be wrong: listen before relying on it."
        ),
        later(
            "What is absent may still have happened: records are deleted, logs are rotated, and not every file is"
            " known."
        ),
    )
    items = "".join(f"<li>{escape(words.text(sentence))}</li>" for sentence in sentences)
    link = f'<a href="about.html#limits">{escape(words.text("Method, custody, limits and words"))}</a>'
    title = escape(words.text("What this must not be taken for"))
    return f'<section class="apart" aria-label="{title}"><h2>{title}</h2><ul>{items}</ul><p>{link}</p></section>'
