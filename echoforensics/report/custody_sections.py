"""The sections on custody: what was received, and who did what to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import verify
from echoforensics.case.custody.names import BEGINNINGS, SEALED
from echoforensics.case.custody.standing import known_head
from echoforensics.report.markup import (
    code,
    counted,
    escape,
    evidence,
    facts,
    heading,
    notice,
    section,
    size,
    table,
    text,
    utc,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from chain_of_custody.ledger import LedgerEntry, LedgerReport
    from echoforensics.case.case import Case
    from echoforensics.case.evidence_table import EvidenceItem

_LONG = 240
#: Hexadecimal digits shown of a hash where there is room for a line only; the evidence section has it whole.
_DIGITS = 12
_ALGORITHMS = {"sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
_NOT_AGAIN = "not hashed again"
_BY_SHA256 = "compared by SHA-256"


def case_section(case: Case, actions: list[LedgerEntry], local: ZoneInfo | None) -> str:
    """What the case is, and whether it is whole and signed."""
    info = case.store.info()
    ledger = verify(case.ledger_path, known=known_head(case.path))
    times = {entry.action: entry.time for entry in actions}
    begun = next((entry.time for entry in actions if entry.action in BEGINNINGS), None)
    zone = "UTC" if local is None else f"UTC, and beside it {escape(local.key)}"
    done = utc(times.get(SEALED)) if case.sealed else "NOT COMPLETE: interrupted"
    return section(
        "case",
        "Case",
        "".join(notice(words) for words in _warnings(case, ledger)),
        facts(
            [
                ("Reference", text(info.get("reference"))),
                ("Agency", text(info.get("agency"))),
                ("Examiner", text(info.get("examiner"))),
                ("Extraction begun", escape(utc(begun))),
                ("Extraction completed", escape(done)),
                ("Tool", escape(info.get("tool"))),
                ("Times are shown in", zone),
                ("Signed with the key", _signature(ledger)),
                ("Head of the ledger", f"<code>{escape(ledger.head)}</code>, line {ledger.length}"),
            ]
        ),
    )


def _warnings(case: Case, ledger: LedgerReport) -> Iterator[str]:
    if case.unverified:
        yield f"UNVERIFIED: {case.unverified[:_LONG]}. Nothing vouches for what this report says."
    if not case.sealed:
        yield "The extraction was interrupted. This report is NOT COMPLETE."
    if not ledger.signed:
        yield "This case is UNSIGNED: anybody could have rewritten it without it being seen."
    if ledger.failures:
        yield (
            f"The ledger of this case DOES NOT VERIFY ({counted(len(ledger.failures), 'failure')};"
            f" the first: {ledger.failures[0][:_LONG]}). Do not rely on this report."
        )


def _signature(ledger: LedgerReport) -> str:
    if not ledger.signed:
        return "no key: UNSIGNED"
    checked = (
        "When this page was written, each line of the ledger verified with this key. Compare the fingerprint with the"
        " one that the examiner gives; the tables and files are checked by <code>echoforensics verify</code>."
    )
    return f"<code>{escape(ledger.fingerprint)}</code>" + ("" if ledger.failures else f"<br>{checked}")


def evidence_section(case: Case, actions: list[LedgerEntry]) -> str:
    """What was received, with its hashes before and after."""
    after = {entry.detail.get("evidence"): entry.detail for entry in actions if entry.action == "source hashed again"}
    parts = [
        "<p>Each item was hashed when it was taken in, and again after it had been read. The hash of a folder, or of an"
        " image in several segments, is that of a list of its files.</p>"
    ]
    for item in case.evidence():
        parts += _item(item, after.get(item.name, {}))
    return section("evidence", "Evidence received", *parts)


def _item(item: EvidenceItem, again: Mapping[str, Any]) -> list[str]:
    hashes = item.hashes
    media, media_again = hashes.get("media", {}), again.get("media", {})
    segments = hashes.get("parts", {})
    unchanged = again.get("unchanged")
    state = {True: "unchanged", False: "CHANGED", None: _NOT_AGAIN}.get(unchanged, _NOT_AGAIN)
    changed = notice("This item CHANGED while it was read: its hashes differ.") if unchanged is False else ""
    return [
        f'<h3 class="item">{heading(item.name)}</h3>{changed}',
        facts(
            [
                ("Kind", escape(item.kind)),
                ("Size", escape(size(item.size))),
                ("Before and after", escape(state)),
                ("Partitions and file systems", "<br>".join(text(line) for line in item.described)),
            ]
        ),
        table(
            ("What was hashed", "Hash", "When taken in", "After the extraction"),
            [*_hashes("the item", hashes, again), *_hashes("media inside the image", media, media_again)],
        ),
        _stored(hashes.get("stored_in_image", {}), media),
        _segments(segments) if segments else "",
    ]


def _hashes(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in before.items():
        if isinstance(value, str):
            again = code(after[name]) if name in after else _BY_SHA256 if after else _NOT_AGAIN
            yield what, _algorithm(name), code(value), again


def _stored(stored: Mapping[str, Any], media: Mapping[str, Any]) -> str:
    """The hashes that an EWF image keeps of its media, beside those of what was read."""
    if not stored:
        return ""
    rows = []
    for name, value in stored.items():
        match = "matches" if media.get(name) == value else "DOES NOT MATCH"
        rows.append((_algorithm(name), code(value), code(media.get(name, "not reckoned")), match))
    return table(("Kept by the image", "Value it keeps", "Value of the media read", "Comparison"), rows)


def _segments(segments: Mapping[str, Mapping[str, Any]]) -> str:
    rows = (
        (
            evidence(name),
            escape(size(int(values.get("size", 0)))),
            "<br>".join(f"{_algorithm(kind)} {code(v)}" for kind, v in values.items() if isinstance(v, str)),
        )
        for name, values in segments.items()
    )
    return table(("Segment", "Size", "Hashes when taken in"), rows)


def _algorithm(name: str) -> str:
    return f'<span class="short">{escape(_ALGORITHMS.get(name, name.upper()))}</span>'


def ledger_section(actions: list[LedgerEntry]) -> str:
    """Who did what, as the ledger has it."""
    rows = (
        (
            str(entry.seq),
            f'<span class="short">{escape(utc(entry.time))}</span>',
            text(entry.actor),
            text(entry.action),
            text(_short(entry)),
        )
        for entry in actions
    )
    return section(
        "custody",
        "Chain of custody",
        "<p>These are the lines of the case's ledger, <code>custody.jsonl</code>. Each carries the hash of the line"
        " before and, in a signed case, a signature. This page repeats them and is itself no evidence of them: anybody"
        " can edit a page. To check them, run <code>echoforensics verify CASE</code> on the case folder, or follow the"
        " tool's docs/custody.md with openssl.</p>",
        table(
            ("No.", "Time, by the examiner's computer", "Who", "Action", "Detail"),
            rows,
            "The ledger has the others.",
        ),
    )


def _short(entry: LedgerEntry) -> str:
    words = "; ".join(
        f"{name.replace('_', ' ')}: {_word(value)}"
        for name, value in entry.detail.items()
        if isinstance(value, (str, int)) and value != "" and name != "public_key"
    )
    return words if len(words) <= _LONG else words[: _LONG - 1] + "…"


def _word(value: str | int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    word = str(value)
    return f"{word[:_DIGITS]}…" if len(word) >= 2 * _DIGITS and not word.strip("0123456789abcdef") else word
