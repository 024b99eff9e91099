"""The sections on method: what was read how, what was not, and what the words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.markup import escape, evidence, section, size, table
from parsers.catalogue import catalogue

if TYPE_CHECKING:
    from echoforensics.case.case import Case

_MOST_ENDINGS = 20


def method_section(case: Case) -> str:
    """Each parser that made records, and how times and joins are made."""
    used = dict(
        case.store.db.execute("SELECT parser || ' ' || parser_version, count(*) FROM records GROUP BY 1").fetchall()
    )
    parts = [
        "<p>Sources were opened read-only and hashed before and after. Each file was read once, hashed, and offered"
        " to the parsers by its first bytes; what a parser claimed was kept and read. A record gives one row for each"
        " time it holds.</p>",
        "<p>Times are shown as recorded and, where the zone is known, in UTC. Whose clock made a time stands beside it."
        " Where the zone is unknown no UTC is given. The time in an utterance id is the start of the audio; the time at"
        " which the service made its record is later, and both are rows.</p>",
        "<p>A recording is tied to an utterance only through an utterance id that the evidence itself ties to it. Each"
        " such join is listed below with its basis.</p>",
    ]
    for parser in catalogue():
        count = used.pop(f"{parser.name} {parser.version}", 0)
        if not count:
            continue
        about = parser.about
        parts += [
            f"<h3>{escape(about.title)}</h3>",
            f"<p>Parser <code>{escape(parser.name)}</code>, version {escape(parser.version)}: {count} records.</p>",
            f"<p><strong>Shows.</strong> {escape(about.proves)}</p>",
            f"<p><strong>Does not show.</strong> {escape(about.does_not_prove)}</p>",
            _list("Known by", about.known_by),
            _list("Validated on", about.validated_on),
            _list("Limits", about.limits),
        ]
    if used:
        rows = ((escape(name), str(count)) for name, count in sorted(used.items()))
        parts += [
            "<h3>Answers that were kept and not interpreted, by name</h3>",
            table(("Name and version", "Records"), rows),
        ]
    return section("method", "Method", *parts, "<h3>Joins</h3>", _joins(case))


def _list(title: str, lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    return f"<p><strong>{escape(title)}.</strong></p><ul>" + "".join(f"<li>{escape(x)}</li>" for x in lines) + "</ul>"


def _joins(case: Case) -> str:
    rows = case.store.db.execute(
        "SELECT coalesce((SELECT min(exhibit) FROM rows w WHERE w.record_id = j.record_id), 'a further reference'),"
        " j.what, j.basis FROM joins j WHERE j.what <> 'recording' ORDER BY 1, 2, 3 LIMIT 1000"
    ).fetchall()
    names = {"utterance_id": "utterance", "moment": "time of the request"}
    return table(
        ("Exhibit", "What was joined", "Basis"), ((escape(a), names.get(b, escape(b)), escape(c)) for a, b, c in rows)
    )


def issues_section(case: Case) -> str:
    """What could not be read, and what nobody claimed."""
    db = case.store.db
    issues = db.execute(
        "SELECT v.name, i.path, i.parser, i.locator, i.what FROM issues i JOIN evidence v ON v.id = i.evidence_id"
        " ORDER BY v.id, i.path, i.parser, i.locator, i.what"
    )
    rows = ((evidence(a), evidence(b), escape(c), escape(d), escape(e)) for a, b, c, d, e in issues)
    endings: dict[str, list[int]] = {}
    for path, length in db.execute("SELECT path, size FROM entries WHERE NOT artefact AND sha256 IS NOT NULL"):
        name = path.rsplit("/", 1)[-1]
        ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name.strip(".") else "none"
        entry = endings.setdefault(ending[:20], [0, 0])
        entry[0] += 1
        entry[1] += length
    most = sorted(endings.items(), key=lambda item: (-item[1][0], item[0]))[:_MOST_ENDINGS]
    deleted = db.execute("SELECT count(*) FROM entries WHERE state = 'deleted' AND sha256 IS NULL").fetchone()[0]
    total = sum(count for count, _ in endings.values())
    volume = sum(length for _, length in endings.values())
    return section(
        "issues",
        "What was not parsed",
        "<h3>Issues: what could not be read</h3>",
        table(("Evidence", "Path", "Found by", "Where", "What"), rows),
        "<h3>Files that no parser claims</h3>",
        f"<p>{total} files ({escape(size(volume))}) were read and hashed, and no parser claims them. They may hold more"
        f" than this tool reads. {deleted} deleted names were found whose content is not there any more.</p>",
        table(("Ending", "Files", "Bytes"), ((evidence(e), str(c), escape(size(b))) for e, (c, b) in most)),
    )


def limits_section() -> str:
    """What the whole must not be taken for, and the words used."""
    words = (
        ("artefact", "a file taken out of the evidence, kept by the SHA-256 of its content"),
        ("exhibit", "a numbered row of the timeline; the same evidence gives the same numbers again"),
        ("locator", "where in a file a record stands; `echoforensics trace` reads it again"),
        ("transcript", "text that the Alexa service recognised; it can be wrong, and the recording is what to hear"),
        ("unallocated", "space that a file system no longer counts as in use"),
        ("utterance", "one stream of audio that a device sent, named by an utterance id"),
    )
    glossary = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in words)
    return section(
        "limits",
        "Limits and words",
        "<p>The timeline holds what the parsers listed above can read. What is absent from it may still have happened:"
        " records are deleted, logs are rotated away, and not every artefact is known. A record says what a device or a"
        " service wrote; who spoke, and whether anybody meant to, it does not say.</p>",
        f"<dl>{glossary}</dl>",
    )
