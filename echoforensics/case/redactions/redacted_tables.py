"""Removes redacted content from the tables of a copy of a case.

No row is added or removed: each keeps what it may say, and states what it lost.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.added_records.addition import ANNOTATION, MACHINE
from echoforensics.case.record_forms.form_table import remove_unused_forms, rewrite_record
from echoforensics.case.record_forms.record_form import SHARED
from echoforensics.case.record_table import index_records
from echoforensics.case.redactions.phrases import REDACTED, Phrases
from echoforensics.case.redactions.redacted_words import kept_words, removed_runs, words_text
from echoforensics.case.redactions.redaction import REDACTION, Redaction, redactions_of, withheld_recordings
from echoforensics.case.redactions.withheld_files import WHY_WITHHELD, WithheldFile, withheld_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from echoforensics.case.store import Store

#: A text of fewer words is not searched for outside its own interaction: it reveals nothing there.
_LEAST_WORDS = 3
#: Families whose records in an interaction hold no spoken words, except those found by a search for the phrases.
_WORDLESS = ("echo:log:", "recording:", MACHINE)
_TRANSCRIPTS = (f"{MACHINE}transcript", f"{MACHINE}transcript_with_hotword")
#: Members of a record that stay when its texts are withheld: states, and places in logs.
_KEPT = frozenset(
    {
        "status", "activityStatus", "utteranceType", "detection_type", "send_status", "ended", "lines", "stream_line",
        "audio_ms", "about", "about_record",
    }
)  # fmt: skip
#: Members that hold answers; their texts are searched for elsewhere too.
_ANSWERS = (
    "spoken_answer_texts", "answer_texts", "answer_text", "service_text", "service_title", "service_subtitle",
    "heard_as_shown",
)  # fmt: skip
#: Members of a machine's transcript that stay beside its text.
_OF_TRANSCRIPT = ("hotword", "pieces", "made_by", "decoder", "about", "about_record")
#: Texts in other tables: table, column.
_TEXTS = (
    ("case_info", "value"), ("evidence", "name"), ("evidence", "location"), ("evidence", "described"),
    ("evidence", "opening"), ("entries", "path"), ("entries", "address"), ("entries", "note"), ("entries", "remark"),
    ("entries", "times"), ("timestamps", "recorded"), ("timestamps", "locator"), ("time_kinds", "note"),
    ("issues", "path"), ("issues", "locator"), ("issues", "what"), ("joins", "value"), ("joins", "basis"),
    ("exhibits", "recorded_time"), ("exhibits", "added"), ("exhibits", "utterance_id"), ("interactions", "left_open"),
    ("join_reasons", "reason"), ("interaction_context", "content"), ("gaps", "content"),
)  # fmt: skip
_RECORD_TEXTS = ("message", "locator", *SHARED)
_SHARED = f"SELECT {', '.join(SHARED)} FROM record_values WHERE number = ?"  # noqa: S608 (our names)


@dataclass(frozen=True, slots=True)
class RedactedTables:
    """What was taken out.

    Attributes:
        redactions: the redactions in force, by SHA-256 of the recording, including recordings that are withheld.
        files: the withheld files.
        exhibits: exhibits that lost content.
        phrases: the phrases to remove.
    """

    redactions: dict[str, Redaction]
    files: tuple[WithheldFile, ...]
    exhibits: frozenset[str]
    phrases: Phrases

    def as_json(self, names: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
        """Describe what was removed, for the receiver of the rest.

        Args:
            names: by SHA-256 of a recording, the file name of its copy.
            whole: whether the receiver gets all the rest. If not, recordings outside ``names`` and paths of files are
                left out.
        """
        made = [one for one in self.redactions.values() if one.copy and (whole or one.original in names)]
        shown = {one.exhibit for one in made}
        files = [one for one in self.files if whole or shown.intersection(one.redactions)]
        return {
            "redactions": [
                {
                    "exhibit": one.exhibit, "recording": one.about, "original_sha256": one.original,
                    "copy_sha256": one.copy, "copy": names.get(one.original, ""), "rate": one.rate,
                    "author": one.author, "texts": "words were marked" if one.marks else "withheld whole",
                    "removed": [
                        {"from_sample": part.start, "to_sample": part.end, "replaced_by": part.replacement,
                         "reason": part.reason} for part in one.parts
                    ],
                }
                for one in sorted(made, key=lambda one: one.exhibit)
            ],
            "withheld_files": [
                {
                    **({"path": one.path, "places": one.places} if whole else {}),
                    "size": one.size, "sha256": one.sha256, "because": WHY_WITHHELD[one.why],
                    "redactions": sorted(shown.intersection(one.redactions)),
                }
                for one in files
            ],
            **({"changed_rows": sorted(self.exhibits)} if whole else {}),
        }  # fmt: skip


class _Record(NamedTuple):
    """A record that belongs to a redacted recording, or to its interaction."""

    number: int
    data_type: str
    message: str
    transcript: str | None
    fields: dict[str, Any]
    recording: str | None


def redact_tables(store: Store) -> RedactedTables:
    """Remove redacted content from a copy of a case.

    Args:
        store: the store of the copy, for writing. Read from it, but do not hand it over: SQLite's unused pages are not
            overwritten.
    """
    redactions = redactions_of(store)
    redactions |= {one.original: one for one in withheld_recordings(store, redactions)}
    with store.transaction():
        made = _Redacting(store, redactions)
        for redaction in redactions.values():
            made.take_own(redaction)
        for redaction in redactions.values():
            made.take_beside(redaction)
        phrases = made.replace_phrases()
        remove_unused_forms(store)
        store.db.execute("INSERT INTO search(search) VALUES ('delete-all')")
        index_records(store)
        return RedactedTables(redactions, withheld_files(store, redactions, made.changed), made.exhibits(), phrases)


class _Redacting:
    """Removes redacted content from the tables.

    Attributes:
        changed: numbers of records that lost content, each with the exhibits of the redactions.
    """

    def __init__(self, store: Store, redactions: dict[str, Redaction]) -> None:
        self._store, self._redactions = store, redactions
        self.changed: dict[int, set[str]] = {}
        self._phrases: dict[str, set[str]] = {}
        self._done: set[int] = set()
        self._members: dict[str, list[_Record]] = {}
        self._find_members()

    def take_own(self, redaction: Redaction) -> None:
        """Remove redacted parts from the records of a recording and from machines' findings about it."""
        self._note_phrases(redaction, redaction.marks)
        for record in self._members.get(redaction.original, ()):
            if record.recording != redaction.original:
                continue
            if record.data_type.startswith("recording:"):
                self._put_copy(record, redaction)
            elif record.data_type in _TRANSCRIPTS:
                self._take_words(record, redaction)
            elif record.data_type == REDACTION:
                self._take_marks(record)
            else:
                continue
            self._done.add(record.number)

    def take_beside(self, redaction: Redaction) -> None:
        """Withhold texts without word times in the same interaction."""
        for record in self._members.get(redaction.original, ()):
            if record.number in self._done or record.data_type == REDACTION:
                continue
            if record.data_type in _TRANSCRIPTS:
                self._take_words(record, redaction)
            elif redaction.marks or record.data_type.startswith(_WORDLESS):
                # These are replaced by phrase, where they contain one.
                continue
            else:
                self._withhold(record, redaction)
            self._done.add(record.number)

    def _find_members(self) -> None:
        """Find the records of the recordings, and of their interactions and utterances.

        The rows are read twice, however many redactions there are.
        """
        db = self._store.db
        db.execute("CREATE TEMP TABLE originals (sha256 TEXT PRIMARY KEY)")
        db.executemany("INSERT INTO originals VALUES (?)", ((one,) for one in self._redactions))
        own: dict[object, set[str]] = defaultdict(set)
        for sha256, recording, *names in db.execute(
            "SELECT sha256, recording, record_number, interaction, utterance_id FROM row_details"
            " WHERE recording IN originals OR sha256 IN originals"
        ):
            for name in filter(None, names):
                own[name].update({sha256, recording} & self._redactions.keys())
        db.execute("CREATE TEMP TABLE own (name PRIMARY KEY)")
        db.executemany("INSERT INTO own VALUES (?)", ((name,) for name in own))
        found: dict[str, dict[int, _Record]] = defaultdict(dict)
        for number, data_type, message, transcript, fields, recording, *names in db.execute(
            "SELECT record_number, data_type, message, transcript, fields, recording, interaction, utterance_id"
            " FROM row_details WHERE record_number IN own OR interaction IN own OR utterance_id IN own"
            " ORDER BY number"
        ):
            for original in set().union(*(own[name] for name in (number, *names) if name in own)):
                # Prefer the row that the recording belongs to.
                if found[original].get(number) is None or recording == original:
                    found[original][number] = _Record(
                        number, data_type, message, transcript, json.loads(fields), recording
                    )
        self._members = {original: list(records.values()) for original, records in found.items()}

    def _take_marks(self, record: _Record) -> None:
        """Remove the marked words from the redaction's own record, and everything that would help to guess them."""
        texts = record.fields.get("texts")
        # Machines' transcripts have their own records.
        kept = {
            name: each for name, each in record.fields.items() if name not in ("marked_words", "mark_salt", "texts")
        }
        if record.fields.get("marked_words") or texts:
            self._write(record, self._own_message(record), None, kept)

    def _put_copy(self, record: _Record, redaction: Redaction) -> None:
        """Make the recording's record describe its copy."""
        fields = record.fields
        if not redaction.copy:
            what = f"Withheld: it is the same sound as one that was redacted ({redaction.exhibit})"
            fields = {"withheld": redaction.exhibit}
        else:
            what = (
                f"Redacted copy, in the place of the original: {redaction.where}; reason: {redaction.reasons}"
                f" ({redaction.exhibit})"
            )
            length = redaction.samples * 1_000_000 // redaction.rate
            fields = {
                "container": redaction.container, "codec": redaction.codec, "bits": redaction.bits,
                "channels": redaction.channels, "rate_hz": redaction.rate, "duration_us": length, "whole": True,
                "fault": "", "metadata": {}, "notes": [],
                "redacted_copy": {"sha256": redaction.copy, "redaction": redaction.exhibit},
            }  # fmt: skip
        self._write(record, f"{what}. {self._own_message(record)}", None, fields)

    def _take_words(self, record: _Record, redaction: Redaction) -> None:
        """Remove the overlapping words of a machine's transcript; withhold that of another recording whole."""
        words = record.fields.get("words")
        fields = {name: record.fields[name] for name in _OF_TRANSCRIPT if name in record.fields}
        if record.recording == redaction.original and isinstance(words, list):
            kept, marks = kept_words(words, redaction.seconds), Phrases(redaction.marks)
            self._note_phrases(redaction, removed_runs(words, redaction.seconds), _LEAST_WORDS)
            text = marks.replaced(words_text(kept))
            fields |= {"text": text, "words": kept if marks.replaced(words_text(kept)) == words_text(kept) else []}
        else:
            text = REDACTED
            self._note_phrases(redaction, [str(record.fields.get("text") or "")], _LEAST_WORDS)
        message = f'Machine transcript, not evidence, can be wrong; redacted ({redaction.exhibit}): "{text}"'
        self._write(record, message, None, {**fields, "text": text, "redacted": redaction.exhibit})

    def _withhold(self, record: _Record, redaction: Redaction) -> None:
        """Reduce a record whose text has no word times to its time and author."""
        texts = [record.transcript or "", *_answers(record.fields)]
        self._note_phrases(redaction, texts, _LEAST_WORDS)
        spoken = Phrases(texts)
        fields = {
            name: each
            for name, each in record.fields.items()
            if name in _KEPT and not isinstance(each, dict) and spoken.replaced_in(each) == each
        }
        what = "note" if record.data_type.startswith(ANNOTATION) else "record"
        message = (
            f"{REDACTED} The text of this {what} is withheld: it belongs to an interaction with a redacted recording"
            f" ({redaction.exhibit}), and says nothing of when each word was spoken."
        )
        transcript = REDACTED if record.transcript else record.transcript
        self._write(record, message, transcript, {**fields, "redacted": redaction.exhibit}, redaction.exhibit)

    def _own_message(self, record: _Record) -> str:
        (found,) = self._store.db.execute("SELECT message FROM records WHERE number = ?", (record.number,)).fetchone()
        return str(found)

    def _write(
        self, record: _Record, message: str, transcript: str | None, fields: dict[str, Any], redaction: str = ""
    ) -> None:
        self.changed.setdefault(record.number, set()).update(filter(None, [redaction]))
        *others, _ = self._store.db.execute(_SHARED, (record.number,)).fetchone()
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
        rewrite_record(self._store, record.number, message, (*others, transcript), text)

    def _note_phrases(self, redaction: Redaction, texts: Iterable[str], least: int = 1) -> None:
        for text in texts:
            if len(text.split()) >= least:
                self._phrases.setdefault(text, set()).add(redaction.exhibit)

    def replace_phrases(self) -> Phrases:
        """Replace the phrases wherever they occur: in records, file names, issues, joins, gaps."""
        phrases = Phrases(self._phrases)
        if phrases:
            self._replace_in_records(phrases)
            for table, column in _TEXTS:
                self._replace_in(table, column, phrases)
            self._empty_excerpts(phrases)
        return phrases

    def _empty_excerpts(self, phrases: Phrases) -> None:
        db = self._store.db
        found = db.execute("SELECT id, excerpt FROM issues WHERE excerpt <> x''").fetchall()
        db.executemany(
            "UPDATE issues SET excerpt = x'' WHERE id = ?",
            [(number,) for number, excerpt in found if phrases.are_in_bytes(excerpt)],
        )

    def _replace_in_records(self, phrases: Phrases) -> None:
        db = self._store.db
        columns = ", ".join(_RECORD_TEXTS)
        # Rows keep their numbers, so none is met twice.
        found = db.execute(f"SELECT number, fields, {columns} FROM records ORDER BY number")  # noqa: S608 (our names)
        for number, fields, *texts in found:
            kept = [text and phrases.replaced(text) for text in texts]
            value = json.loads(fields)
            other = phrases.replaced_in(value)
            if kept == texts and other == value:
                continue
            self.changed.setdefault(number, set()).update(*self._phrases.values())
            message, locator, *shared = kept
            db.execute("UPDATE record_values SET locator = ? WHERE number = ?", (locator, number))
            text = json.dumps(other, ensure_ascii=False, sort_keys=True)
            rewrite_record(self._store, number, message, shared, text)

    def _replace_in(self, table: str, column: str, phrases: Phrases) -> None:
        db = self._store.db
        keys = [name for _, name, _, _, _, key in db.execute(f"PRAGMA table_info({table})") if key]
        where = " AND ".join(f"{key} = ?" for key in keys)
        found = db.execute(f"SELECT {', '.join(keys)}, {column} FROM {table}")  # noqa: S608 (our names)
        for *key, text in found.fetchall():
            if not isinstance(text, str) or (replaced := phrases.replaced(text)) == text:
                continue
            if column in ("path", "what", "name"):
                # Keep rows distinct if they lose the same words.
                replaced += f" #{key[0]}"
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (replaced, *key))  # noqa: S608 (our names)

    def exhibits(self) -> frozenset[str]:
        """The rows that lost content. Changed notes of people get new ids: these are made from what the notes said."""
        db = self._store.db
        db.execute("CREATE TEMP TABLE less (number INTEGER PRIMARY KEY)")
        db.executemany("INSERT INTO less VALUES (?)", ((number,) for number in self.changed))
        for (number,) in db.execute(
            "SELECT r.number FROM records r JOIN kinds k ON k.id = r.kind"
            " WHERE r.number IN less AND k.data_type GLOB ?",
            (f"{ANNOTATION}*",),
        ).fetchall():
            identity = hashlib.sha256(f"redacted {number}".encode()).digest()[:10]
            db.execute("UPDATE record_values SET id = ? WHERE number = ?", (identity, number))
        found = db.execute("SELECT number FROM exhibits WHERE record IN less").fetchall()
        return frozenset(f"EF-{number:07}" for (number,) in found)


def _answers(fields: dict[str, Any]) -> Iterator[str]:
    for name in _ANSWERS:
        value = fields.get(name)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield text
