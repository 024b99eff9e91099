"""The sections on the case itself: what it is, what was received, who did what to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from echoforensics.case.case import BEGINNINGS
from echoforensics.report.markup import escape, evidence, facts, section, size, table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from chain_of_custody.ledger import Entry
    from echoforensics.case.case import Case

_LONG = 160
_STATES = {True: "unchanged", False: "CHANGED WHILE IT WAS READ"}


def case_section(case: Case, actions: list[Entry], local: ZoneInfo | None) -> str:
    """What the case is, and whether it is whole and signed."""
    info = case.store.info()
    first = actions[0]
    begun = next((entry.time for entry in actions if entry.action in BEGINNINGS), "")
    signed = bool(first.detail.get("signed"))
    notices = []
    if not case.sealed:
        notices.append("The extraction was interrupted. This report is NOT COMPLETE.")
    if not signed:
        notices.append("This case is UNSIGNED: anybody could have rewritten it without it being seen.")
    zone = f"UTC, and {escape(local.key)}" if local else "UTC"
    return section(
        "case",
        "Case",
        "".join(f'<p class="notice" role="alert">{escape(notice)}</p>' for notice in notices),
        facts(
            [
                ("Reference", escape(info.get("reference"))),
                ("Agency", escape(info.get("agency"))),
                ("Examiner", escape(info.get("examiner"))),
                ("Extraction begun", escape(begun)),
                ("Tool", escape(info.get("tool"))),
                ("Times are shown in", zone),
                ("Signed with the key", f"<code>{escape(first.keyid)}</code>" if signed else "no key"),
            ]
        ),
    )


def summary_section(case: Case) -> str:
    """The case in numbers, and nothing that the numbers do not say."""
    db = case.store.db
    first, last, unknown, total = db.execute(
        "SELECT min(datetime), max(datetime), sum(timestamp IS NULL), count(*) FROM rows"
    ).fetchone()
    recordings = db.execute("SELECT count(DISTINCT sha256) FROM rows WHERE data_type LIKE 'recording:%'").fetchone()[0]
    statuses = db.execute(
        "SELECT json_extract(fields, '$.status'), count(*) FROM records WHERE data_type = 'alexa:cloud:activity'"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    devices = db.execute(
        "SELECT device_serial, device_type, count(*) FROM rows WHERE device_serial IS NOT NULL"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    accounts = db.execute(
        "SELECT account, count(*) FROM rows WHERE account IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    kinds = db.execute(
        "SELECT data_type, count(DISTINCT record_id), count(*) FROM rows GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return section(
        "summary",
        "Summary",
        facts(
            [
                ("Evidence items", str(case.store.count("evidence"))),
                ("Distinct recordings", str(recordings)),
                ("Rows in the timeline", str(total)),
                ("First and last time", f"{escape(first)} to {escape(last)}" if first else "no time in UTC is known"),
                ("Rows whose time in UTC is unknown", str(unknown or 0)),
                ("What could not be read", f'{case.store.count("issues")} issues (<a href="#issues">listed below</a>)'),
            ]
        ),
        "<h3>What the records are</h3>",
        table(("Data type", "Records", "Rows"), ((escape(a), str(b), str(c)) for a, b, c in kinds)),
        "<h3>Utterances in the account's history, by the status the service recorded</h3>",
        table(("Status", "Records"), ((evidence(status or "none"), str(count)) for status, count in statuses)),
        "<h3>Devices and accounts that records name</h3>",
        table(("Serial", "Type", "Rows"), ((evidence(a), evidence(b), str(c)) for a, b, c in devices)),
        table(("Account", "Rows"), ((evidence(a), str(b)) for a, b in accounts)),
    )


def evidence_section(case: Case, actions: list[Entry]) -> str:
    """What was received, with its hashes before and after."""
    after = {entry.detail.get("evidence"): entry.detail for entry in actions if entry.action == "source hashed again"}
    parts = []
    for item in case.store.evidence():
        hashes = json.loads(item["hashes"])
        again: dict[str, Any] = dict(after.get(item["name"], {}))
        rows = [
            (
                name.upper(),
                f"<code>{escape(value)}</code>",
                f"<code>{escape(again.get(name, 'not hashed again'))}</code>",
            )
            for name, value in hashes.items()
            if isinstance(value, str)
        ]
        state = _STATES.get(again.get("unchanged", ""), "not hashed again")
        stored = hashes.get("stored_in_image", {})
        parts += [
            f"<h3>{evidence(item['name'])}</h3>",
            facts(
                [
                    ("Kind", escape(item["kind"])),
                    ("Size", escape(size(item["size"]))),
                    ("Before and after", escape(state)),
                    ("Holds", "<br>".join(escape(line) for line in json.loads(item["described"]))),
                    ("Media inside the image", _pairs(hashes.get("media", {}))),
                    ("Hashes the image keeps", _pairs(stored)),
                ]
            ),
            table(("Hash", "When taken in", "After the extraction"), rows),
        ]
    return section("evidence", "Evidence received", *parts)


def _pairs(values: dict[str, Any]) -> str:
    return "<br>".join(f"{escape(name)} <code>{escape(value)}</code>" for name, value in values.items())


def ledger_section(actions: list[Entry]) -> str:
    """Who did what, as the ledger has it."""
    rows = (
        (str(entry.seq), escape(entry.time), escape(entry.actor), escape(entry.action), escape(_short(entry.detail)))
        for entry in actions
    )
    return section(
        "custody",
        "Chain of custody",
        "<p>These are the lines of the case's ledger, <code>custody.jsonl</code>. Each carries the hash of the line"
        " before and, in a signed case, a signature. This page shows them; it is not itself evidence of them. To check"
        " them, run <code>echoforensics verify CASE</code> on the case folder, or follow docs/custody.md with openssl."
        "</p>",
        table(("No.", "Time (examiner's computer)", "Who", "Action", "Detail"), rows),
    )


def _short(detail: Any) -> str:
    text = ", ".join(
        f"{name} {value}" for name, value in detail.items() if isinstance(value, (str, int)) and name != "public_key"
    )
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
