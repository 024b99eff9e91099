"""``case.db``: what was found, as tables. SQLite, in WAL mode while a run writes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from echoforensics.case.schema import SCHEMA, SCHEMA_VERSION
from echoforensics.errors import CaseError
from parsers.record import Record
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.record import Issue

#: Keys that name a place in one evidence item, and so hold only within it.
_LOCAL_KEYS = ("numbered-audio:", "saved-as:")


class Store:
    """The database of a case."""

    def __init__(self, path: Path, *, create: bool = False, write: bool = False) -> None:
        """Open the database.

        Args:
            path: ``case.db``.
            create: make it first if there is none; it appears whole or not at all.
            write: open for writing; otherwise nothing can be changed through this object.

        Raises:
            CaseError: it is not the database of a case, or of another version.
        """
        mode = "rw" if write else "ro"
        try:
            if create and not path.exists():
                _create(path)
            self.db = sqlite3.connect(f"file:{_quoted(path)}?mode={mode}", uri=True, isolation_level=None)
            if write:
                self.db.execute("PRAGMA journal_mode=WAL")
                self.db.execute("PRAGMA synchronous=NORMAL")
            version = self._version()
        except sqlite3.Error as error:
            raise CaseError(f"{path}: cannot be opened as a case database: {error}") from error
        if version != SCHEMA_VERSION:
            raise CaseError(f"{path}: a case of version {version}; this is version {SCHEMA_VERSION}")

    def _version(self) -> int:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def close(self, *, fold: bool = False) -> None:
        """Close. With ``fold``, first bring the write-ahead log into the one file ``case.db``."""
        if self.db.in_transaction:
            # An error is on its way up; what was half written is taken up again by the next run.
            self.db.execute("ROLLBACK")
        if fold:
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.db.execute("PRAGMA journal_mode=DELETE")
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def begin(self) -> None:
        """Begin a batch of writes."""
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End a batch of writes."""
        self.db.execute("COMMIT")

    # --- what the case is ---------------------------------------------------------------------------------

    def info(self) -> dict[str, str]:
        """What is known of the case as a whole."""
        return dict(self.db.execute("SELECT key, value FROM case_info ORDER BY key"))

    def set_info(self, key: str, value: str) -> None:
        """Keep one thing about the case."""
        self.db.execute("INSERT OR REPLACE INTO case_info VALUES (?, ?)", (key, value))

    def head(self) -> tuple[int, str] | None:
        """Length and head of the ledger as last written."""
        row = self.db.execute("SELECT length, head FROM ledger_head").fetchone()
        return (row[0], row[1]) if row else None

    def set_head(self, length: int, head: str) -> None:
        """Keep length and head of the ledger, so that a cut-off ledger shows."""
        self.db.execute("INSERT OR REPLACE INTO ledger_head VALUES (1, ?, ?)", (length, head))

    # --- evidence -----------------------------------------------------------------------------------------

    def evidence(self) -> list[dict[str, Any]]:
        """Every evidence item, in the order in which it was taken in."""
        cursor = self.db.execute("SELECT * FROM evidence ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def add_evidence(self, item: dict[str, Any]) -> int:
        """Add an evidence item that is about to be read for the first time; returns its number."""
        cursor = self.db.execute(
            "INSERT INTO evidence (name, location, kind, size, hashes, described, opening, state)"
            " VALUES (:name, :location, :kind, 0, '{}', :described, :opening, 'being read')",
            item,
        )
        return int(cursor.lastrowid or 0)

    def hashed(self, number: int, size: int, sha256: str, hashes: str) -> None:
        """Note what an evidence item hashes to: it is taken in."""
        self.db.execute(
            "UPDATE evidence SET size = ?, sha256 = ?, hashes = ?, state = 'taken in' WHERE id = ?",
            (size, sha256, hashes, number),
        )

    def forget(self, number: int) -> list[str]:
        """Forget an evidence item that was not taken in, with the entries and issues that were noted for it.

        Returns:
            SHA-256 of each artefact that no entry has any more.
        """
        with self.transaction():
            for table in ("entries", "issues"):
                self.db.execute(f"DELETE FROM {table} WHERE evidence_id = ?", (number,))  # noqa: S608 (our names)
            self.db.execute("DELETE FROM evidence WHERE id = ? AND sha256 IS NULL", (number,))
            unused = "sha256 NOT IN (SELECT sha256 FROM entries WHERE artefact)"
            found = [sha256 for (sha256,) in self.db.execute(f"SELECT sha256 FROM artefacts WHERE {unused}")]  # noqa: S608
            self.db.execute(f"DELETE FROM artefacts WHERE {unused}")  # noqa: S608
        return found

    def set_evidence_state(self, number: int, state: str) -> None:
        """Note how far an evidence item has come."""
        self.db.execute("UPDATE evidence SET state = ? WHERE id = ?", (state, number))

    # --- entries and what they hold -----------------------------------------------------------------------

    def to_parse(self, evidence: int, most: int) -> list[tuple[Any, ...]]:
        """Entries whose parsers have yet to read them: id, path, address, size, sha256, mode, read_by, remark."""
        return self.db.execute(
            "SELECT id, path, address, size, sha256, mode, read_by, remark FROM entries"
            " WHERE evidence_id = ? AND NOT parsed ORDER BY id LIMIT ?",
            (evidence, most),
        ).fetchall()

    def set_parsed(self, entry: int) -> None:
        """Note that an entry's parsers have read it."""
        self.db.execute("UPDATE entries SET parsed = 1 WHERE id = ?", (entry,))

    def entry(self, number: int) -> tuple[str, str, int, list[str]]:
        """Path, state, size and readers of an entry."""
        path, state, size, read_by = self.db.execute(
            "SELECT path, state, size, read_by FROM entries WHERE id = ?", (number,)
        ).fetchone()
        return path, state, size, json.loads(read_by)

    def index_content(self) -> None:
        """Prepare :meth:`same_content`."""
        self.db.execute("CREATE INDEX IF NOT EXISTS entries_by_content ON entries (evidence_id, sha256)")

    def same_content(self, evidence: int, sha256: str) -> str | None:
        """The path of the first entry with these bytes; None where there is none."""
        found = self.db.execute(
            "SELECT path FROM entries WHERE evidence_id = ? AND sha256 = ? ORDER BY id LIMIT 1", (evidence, sha256)
        ).fetchone()
        return found[0] if found else None

    def find_artefact(self, evidence: int, path: str) -> tuple[int, str, int] | None:
        """Number, SHA-256 and size of the entry of a path whose content is in the case; an allocated one first."""
        found = self.db.execute(
            "SELECT id, sha256, size FROM entries WHERE evidence_id = ? AND path = ? AND artefact = 1"
            " ORDER BY state, id LIMIT 1",
            (evidence, path),
        ).fetchone()
        return (found[0], found[1], found[2]) if found else None

    def add_entry(self, entry: dict[str, Any]) -> int:
        """Add an entry, with its artefact where it has one; returns its number."""
        if entry["artefact"]:
            self.db.execute("INSERT OR IGNORE INTO artefacts VALUES (?, ?)", (entry["sha256"], entry["size"]))
        cursor = self.db.execute(
            "INSERT INTO entries (evidence_id, path, address, kind, state, note, times, size, sha256, artefact,"
            " mode, read_by, remark, parsed) VALUES (:evidence_id, :path, :address, :kind, :state, :note, :times,"
            " :size, :sha256, :artefact, :mode, :read_by, :remark, :parsed)",
            entry,
        )
        return int(cursor.lastrowid or 0)

    def add_record(self, entry: int, ordinal: int, origin: str, evidence: int, record: Record) -> None:
        """Add a record of an entry.

        Args:
            entry: the entry's number.
            ordinal: the record's number within the entry.
            origin: what, with the record's own place, makes its id: the same evidence gives the same id.
            evidence: the evidence item's number.
            record: the record, with ``parser`` and ``parser_version`` filled in.
        """
        seed = "\0".join((origin, record.parser, record.locator, str(ordinal)))
        number = "REC-" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:20]
        self.db.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, entry, ordinal, record.parser, record.parser_version, record.data_type,
                storable(record.message), storable(record.locator),
                *(
                    None if value is None else storable(value) for value in (
                        record.device_serial, record.device_type, record.account, record.person,
                        record.utterance_id, record.transcript,
                    )
                ), storable(json.dumps(dict(record.fields), ensure_ascii=False, sort_keys=True)),
            ),
        )  # fmt: skip
        self.db.executemany(
            "INSERT INTO timestamps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (number, place, m.description, storable(m.recorded), m.clock, m.timestamp, m.note, m.locator)
                for place, m in enumerate(record.timestamps)
            ),
        )
        self.db.executemany(
            "INSERT OR IGNORE INTO record_keys VALUES (?, ?)",
            ((storable(key), number) for key in _keys(record, evidence)),
        )

    def add_issue(self, evidence: int, path: str, issue: Issue) -> None:
        """Add an issue; the same one is kept once, however often a run is repeated."""
        self.db.execute(
            "INSERT OR IGNORE INTO issues (evidence_id, path, parser, locator, what, excerpt)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (evidence, path, issue.parser, issue.locator, storable(issue.what), issue.excerpt[:64]),
        )

    def count(self, table: str) -> int:
        """How many rows a table has."""
        number: int = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 (our names)
        return number


def _create(path: Path) -> None:
    """Make an empty database under another name, and give it its own when it is whole."""
    partial = path.with_name(path.name + ".partial")
    for left in (partial, partial.with_name(partial.name + "-journal")):
        left.unlink(missing_ok=True)
    made = sqlite3.connect(partial, isolation_level=None)
    made.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
    made.close()
    partial.replace(path)


def storable(text: str) -> str:
    """Text that SQLite and UTF-8 files can hold: lone surrogates are shown as ``\\uXXXX``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _keys(record: Record, evidence: int) -> Iterator[str]:
    for key in record.keys:
        yield f"{key}@{evidence}" if key.startswith(_LOCAL_KEYS) else key
    if record.utterance_id and (utterance := UtteranceId.parse(record.utterance_id)):
        yield utterance.key


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
