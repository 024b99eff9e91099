"""Parses the entries of a source: each claimed file, from the case's own copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.entry_table import entries_to_parse, kept_file, set_parsed, size_to_parse
from echoforensics.case.issue_table import add_issue, issues_of, remove_issues
from echoforensics.case.record_table import FoundRecords, add_found, add_prepared, last_record, remove_records
from echoforensics.extraction.file_parsing import CHUNK_ITEMS, FileParser, FoundChunk
from echoforensics.extraction.issue_groups import IssueGroups, joined
from echoforensics.extraction.neighbours import Neighbours
from echoforensics.extraction.workers.messages import Done
from echoforensics.extraction.workers.pool import Again, ParsingPool, Stopped
from parsers.alexa_api.named_file import NAME
from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.case.entry_table import EntryToParse, KeptFile
    from echoforensics.case.interactions.growing_nodes import GrowingNodes
    from echoforensics.case.sealing.growing import GrowingDigests
    from echoforensics.extraction.workers.pool import Outcome
    from parsers.parser import Parser

#: Parser name in an issue on a process that ended before any parser had started.
READER = "evidence"
#: Entries parsed in one transaction, unless one of them is long.
_BATCH = 100
#: Minimum number of files, or bytes, to start workers: fewer are parsed sooner than a worker starts.
POOL_FILES, POOL_BYTES = 200, 1024 * 1024
#: A worker without a finding or a read for this many seconds is killed.
STALLED_AFTER = 600.0


class EntryParser:
    """Parses the entries of one source. Entries parsed by an earlier run are skipped."""

    def __init__(self, case: OpenCase, evidence: int, parsers: tuple[Parser, ...], workers: int = 1) -> None:
        """Take the case, the evidence item's number, the run's parsers, and the number of processes."""
        self._case = case
        self._store = case.store
        self._evidence = evidence
        self._parsers = parsers
        self._workers = workers
        self._held, self._issues, self._marked = FoundChunk(), IssueGroups(), False
        #: Findings in short files that are complete and not in the tables yet.
        self._short: list[tuple[EntryToParse, FoundChunk, IssueGroups]] = []
        self._waiting = 0
        #: The last record before the mark; and the same once some of the file's records are committed, else None.
        self._before_mark = 0
        self._before: int | None = None
        self._uncommitted = 0
        #: What is made of the rows that were committed, while workers parse.
        self._growing: list[GrowingDigests | GrowingNodes] = []

    def parse_all(self) -> Iterator[str]:
        """Parse every remaining file; yields each path when done.

        Raises:
            CaseDiskError: the case's disk is full or failing.
        """
        outcomes = self._outcomes()
        goes_on = True
        while goes_on:
            self._uncommitted = 0
            with self._store.transaction():
                goes_on = yield from self._add(outcomes)
            self._committed()
        self._join_named()

    def _join_named(self) -> None:
        """Merge the issues of unread files with service names into one, with their number and places."""
        found = issues_of(self._store, self._evidence, NAME)
        if len(found) > 1:
            with self._store.transaction():
                remove_issues(self._store, self._evidence, NAME)
                self._issue("", joined(found))

    def _outcomes(self) -> Iterator[Outcome]:
        """Parse, in this process or in workers: the outcomes are the same."""
        count, size = size_to_parse(self._store, self._evidence)
        if self._workers > 1 and (count >= POOL_FILES or size >= POOL_BYTES):
            folder = self._case.vault.root
            self._growing = [each for each in (self._case.growing(self._evidence), self._case.nodes) if each]
            with ParsingPool(self._workers, self._parser, self._find, folder, STALLED_AFTER, self._advance) as pool:
                yield from pool.parse(self._files())
            return
        parser = self._parser(self._find)
        for file in self._files():
            for chunk in parser.parse(file):
                yield file, chunk
            yield file, Done()

    def _files(self) -> Iterator[EntryToParse]:
        last = 0
        while batch := entries_to_parse(self._store, self._evidence, _BATCH, last):
            yield from batch
            last = batch[-1].id

    def _parser(self, find: Callable[[str], KeptFile | None]) -> FileParser:
        vault = self._case.vault
        return FileParser(self._evidence, self._parsers, vault, Neighbours(find, vault))

    def _find(self, path: str) -> KeptFile | None:
        return kept_file(self._store, self._evidence, path)

    def _add(self, outcomes: Iterator[Outcome]) -> Generator[str, None, bool]:
        """Add the findings of the next files; yields the path of each. Returns whether there are more."""
        done = 0
        for file, outcome in outcomes:
            match outcome:
                case FoundChunk():
                    self._hold(file, outcome)
                case Again():
                    self._undo(file)
                case Stopped():
                    self._issues.add(_not_ended(outcome))
                case Done():
                    self._end(file)
                    done += 1
                    yield file.path
                    if done == _BATCH:
                        self._add_short()
                        return True
        self._add_short()
        return False

    def _hold(self, file: EntryToParse, chunk: FoundChunk) -> None:
        """Hold findings. The size of a batch does not depend on how they were delivered."""
        for issue in chunk.issues:
            self._issues.add(issue)
        if self._held.full and chunk.records:
            self._add_held(file)
        if chunk.full and not chunk.issues and not self._held:
            # As usual for a long file: the chunk is what would be assembled here.
            self._held = chunk
            return
        records = chunk.records
        while records := self._held.add(records, chunk.entry):
            self._add_held(file)

    def _add_held(self, file: EntryToParse) -> None:
        """Add the held findings before the file is complete: this can be undone.

        Transactions are limited in size. After an interruption, committed findings of an incomplete file are removed,
        as the ledger has no line on its source.
        """
        store = self._store
        self._add_short()
        if not self._marked and self._before is None:
            store.set_mark()
            self._marked, self._before_mark = True, last_record(store)
        add_prepared(store, self._held.entry, file.id, self._held.records)
        self._uncommitted += len(self._held.records)
        self._held = FoundChunk()
        if self._uncommitted >= store.index.batch:
            if self._before is None:
                self._before = self._before_mark
            self._release()
            store.commit()
            self._committed()
            store.begin()
            self._uncommitted = 0

    def _committed(self) -> None:
        for each in self._growing:
            each.committed()

    def _advance(self) -> bool:
        """Do a little of what is made of the rows that were committed. Returns whether there was any left."""
        return any(each.advance() for each in self._growing)

    def _release(self) -> None:
        if self._marked:
            self._store.release_mark()
            self._marked = False

    def _undo(self, file: EntryToParse) -> None:
        """Undo the findings in a file so far."""
        if self._before is not None:
            remove_records(self._store, file.id, self._before)
            for each in self._growing:
                each.forget()
        elif self._marked:
            self._store.undo_to_mark()
        self._held, self._issues = FoundChunk(), IssueGroups()

    def _end(self, file: EntryToParse) -> None:
        """Keep the findings in a file, which are complete. Those of several short files are added at once."""
        self._short.append((file, self._held, self._issues))
        self._waiting += len(self._held.records)
        if self._marked or self._before is not None or self._waiting >= CHUNK_ITEMS:
            self._add_short()
        self._release()
        self._held, self._issues, self._before = FoundChunk(), IssueGroups(), None

    def _add_short(self) -> None:
        """Add the findings in the files that are complete."""
        add_found(self._store, [FoundRecords(held.entry, file.id, held.records) for file, held, _ in self._short])
        for file, _, issues in self._short:
            for issue in issues.grouped():
                self._issue(file.path, issue)
        set_parsed(self._store, [file.id for file, _, _ in self._short])
        self._short, self._waiting = [], 0

    def _issue(self, path: str, issue: Issue) -> None:
        add_issue(self._store, self._evidence, path, issue)


def _not_ended(stopped: Stopped) -> Issue:
    what = (
        "the parser did not come to an end of this file, nor when it was tried once more, alone: its process"
        f" {stopped.why}; what it had read before that is kept, and the run went on. Please report this to its"
        " developers"
    )
    return Issue(what, parser=stopped.parser or READER)
