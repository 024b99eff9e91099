"""Renders the section with a player for each recording. It works without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.report.markup import counted, escape, evidence, facts, local, section, text, utc
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from echoforensics.case.exhibits.row import Row
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.report.media import Recording

_MOST_REFERENCES = 20
#: Beyond this many recordings, the page uses links: a browser takes half a millisecond per player.
_MOST_PLAYERS = 200


def recordings_section(found: list[Recording], zone: ZoneInfo | None) -> str:
    """Render every distinct recording with its description."""
    return section(
        "recordings",
        "Recordings",
        f"<p>{counted(len(found), 'distinct recording')}, by time. The same bytes at several places are one recording"
        " with several references. The text beside a recording is what the Alexa service recognised and the account"
        " kept; it can be wrong. Listen before relying on it.</p>",
        *(_recording(recording, zone, count <= _MOST_PLAYERS) for count, recording in enumerate(found, 1)),
    )


def _recording(recording: Recording, zone: ZoneInfo | None, ready: bool) -> str:
    found = recording.found
    row = found.rows[0]
    if found.is_withheld:
        why = text(row["message"])
        return f'<article class="recording"><h3>{_link(row["exhibit"])}</h3><p class="silent">{why}</p></article>\n'
    save = f'<a href="media/{recording.name}" download="{escape(recording.name)}">Save the file</a>'
    texts = "".join(f"<li>{evidence(words)} ({_link(exhibit)})</li>" for exhibit, words in found.texts)
    body = facts(
        [
            ("Text recognised by the service", f"<ul>{texts}</ul>" if texts else "none recorded"),
            ("Written down by people", _list(_written_down(found)) if found.human else ""),
            ("Time", _list(_time(own, zone) for own in found.rows)),
            ("Duration", _duration(found.fields)),
            ("Format", escape(recording.format)),
            ("Condition", _condition(found.fields)),
            ("Utterance", evidence(row["utterance_id"])),
            ("Tied to its utterance", text(f"The recording {found.basis}.") if found.basis else ""),
            *_hashes(found),
            (f"Found at {counted(len(found.references), 'place')}", _references(found.references)),
            ("File", save),
        ]
    )
    numbers = ", ".join(_link(own["exhibit"]) for own in found.rows)
    kind, player = "recording" if ready else "recording far", _player(recording, save, ready)
    return f'<article class="{kind}"><h3>{numbers}</h3>{player}{body}</article>\n'


def _written_down(found: FoundRecording) -> Iterator[str]:
    for exhibit, words, author in found.human:
        yield f"{evidence(words)} ({text(author)}, {_link(exhibit)})"


def _hashes(found: FoundRecording) -> Iterator[tuple[str, str]]:
    if found.is_redacted:
        yield "Redacted", text(found.rows[0]["message"])
        yield "SHA-256 of the redacted copy", f"<code>{escape(found.heard)}</code>"
        yield "SHA-256 of the original, which is withheld", f"<code>{escape(found.sha256)}</code>"
    else:
        yield "SHA-256", f"<code>{escape(found.sha256)}</code>"


def _player(recording: Recording, save: str, ready: bool) -> str:
    if not recording.playable:
        codec = escape(recording.found.fields.get("codec"))
        return f'<p class="silent">This browser cannot play it: browsers have no decoder for {codec}. {save}</p>'
    source, label = f"media/{recording.name}", f"Recording {escape(recording.found.rows[0]['exhibit'])}"
    if not ready:
        return f'<p><a class="play" href="{source}" aria-label="{label}">Play</a></p>'
    words = f"This browser cannot play it. {save}"
    return f'<audio controls preload="none" src="{source}" aria-label="{label}">{words}</audio>'


def _time(row: Row, zone: ZoneInfo | None) -> str:
    """Format a time of a recording: in UTC, in the zone, or as recorded."""
    if row["datetime"]:
        shown = escape(utc(row["datetime"]))
        if zone is not None:
            shown += f" · {escape(local(local_time(row['timestamp'], zone), zone.key))}"
    elif row["recorded_time"]:
        shown = f"time zone unknown: recorded as {evidence(row['recorded_time'])}"
    else:
        return "no time"
    return f"{shown} ({escape(row['timestamp_desc'])}, {escape(row['clock'])} clock)"


def _duration(fields: Mapping[str, Any]) -> str:
    duration = fields.get("duration_us")
    return f"{duration / 1_000_000:.3f} s" if isinstance(duration, int) else "unknown"


def _condition(fields: Mapping[str, Any]) -> str:
    if fields.get("whole"):
        return "well formed from its start to its end"
    return "not well formed: " + (text(fields.get("fault")) or "see the issues")


def _references(places: tuple[str, ...]) -> str:
    shown = _list(evidence(place) for place in places[:_MOST_REFERENCES])
    rest = places[_MOST_REFERENCES:]
    if not rest:
        return shown
    more = _list(evidence(place) for place in rest)
    return f'{shown}<details class="long"><summary>show {counted(len(rest), "more place")}</summary>{more}</details>'


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _link(exhibit: str) -> str:
    return f'<a href="#{escape(exhibit)}">{escape(exhibit)}</a>'
