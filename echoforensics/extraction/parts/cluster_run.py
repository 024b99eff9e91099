"""An extraction whose parts are made by the workers of a cluster. The case is merged and signed here."""

from __future__ import annotations

import shutil
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.names import SKIPPED
from echoforensics.case.custody.open_case import OpenCase
from echoforensics.case.issue_table import add_skipped_source, forget_skipped_source
from echoforensics.cluster.answers import answer_of, answers_of_workers, as_answer
from echoforensics.cluster.attempts import MOST_WORKERS
from echoforensics.cluster.connection import connected, refuse_address, refuse_lost, workers_of
from echoforensics.cluster.progress import ClusterProgress
from echoforensics.errors import CaseDiskError, CaseError, ClusterError, SourceError, TaskEndedWorkersError
from echoforensics.extraction.begin_and_seal import named_by_key, open_in_ledger, seal_case
from echoforensics.extraction.merging import add_merged
from echoforensics.extraction.parts.fetched_source import is_address
from echoforensics.extraction.parts.part_task import PartOrder, look_at, make_part, parser_versions
from echoforensics.extraction.parts.range_task import (
    LookedAt,
    looked_at,
    processes_for,
    ranges_to_search,
    search_range_of_source,
)
from echoforensics.extraction.parts.received_part import (
    PartLostError,
    made_part,
    receive,
    standing_of_received,
)
from echoforensics.extraction.run import parsers_of, refuse_overlap
from echoforensics.extraction.sources import SkippedSource, whole_path
from echoforensics.extraction.trust import known_items, refuse_other_matter
from echoforensics.extraction.workers.index_process import index_process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chain_of_custody.signer import Signer
    from echoforensics.case.counts import CaseCounts
    from echoforensics.extraction.options import KeyGiver, Options, Report
    from echoforensics.extraction.parts.part_task import MadePart

#: What local workers have imported before they start.
PRELOAD = "echoforensics.extraction.parts.preloaded"
#: Seconds between checks of the workers.
_LOOK = 0.5
#: Seconds between progress lines for each worker.
_EVERY = 30.0


def extract_on_cluster(
    sources: Sequence[str], case_path: Path, key: Signer | KeyGiver | None, options: Options, report: Report,
    address: str,
) -> CaseCounts:  # fmt: skip
    """Take sources in on the workers of a cluster; then merge, number and seal the parts here.

    The tables, files and exhibit numbers are those of one run over the sources. A source that the case already has is
    skipped. After an interruption, another call continues with the sources that the case lacks.

    Args:
        sources: paths that every worker can read, or addresses in an object store (``s3://bucket/echo.E01``).
        case_path: the case folder, on this machine.
        key: as for :func:`echoforensics.extraction.run.extract`; it does not leave this process.
        options: the investigator's options.
        report: progress callback.
        address: address of a scheduler, or ``local``.

    Raises:
        SourceError, CaseError, CaseDiskError, UsageError: as for :func:`echoforensics.extraction.run.extract`.
        ClusterError: the cluster cannot be reached, is lost, or its workers have another version.
    """
    refuse_address(address)
    parsers_of(options)
    named = [source if is_address(source) else str(whole_path(Path(source))) for source in sources]
    refuse_overlap([Path(source) for source in named if not is_address(source)], case_path)
    refuse_other_matter(case_path, options)
    known = {str(item.location) for item in known_items(case_path).values()}
    to_read = []
    for source in dict.fromkeys(named):
        if str(Path(source)) in known:
            report(f"passing over {source}, which the case has already", 0, 0)
        else:
            to_read.append(source)
    with connected(address, processes_for(to_read, options), PRELOAD) as client:
        cluster = _Cluster(client, address, options, report)
        cluster.refuse_other_versions()
        looked, skipped = cluster.look_at_all(to_read)
        signing = key() if callable(key) else key
        options = named_by_key(options, signing, case_path)
        with OpenCase.begin(case_path, signing, options.actor) as case, index_process(case, options.worker_count):
            open_in_ledger(case, options, tuple(skipped.values()))
            for each in skipped.values():
                add_skipped_source(case.store, str(each.path), each.why)
            try:
                cluster.make_all(case, looked)
            finally:
                shutil.rmtree(case.vault.parts, ignore_errors=True)
            return seal_case(case, report)


@dataclass(slots=True)
class _PartUnderWay:
    """A part in progress: its number, source and folder here, the futures of its ranges and its own, and its case."""

    number: int
    source: str
    folder: Path
    ranges: list[Any]
    future: Any = None
    made: MadePart | None = None
    case: Path | None = None
    why_not: str = ""
    lost: list[str] = field(default_factory=list)


def _name(worker: str) -> str:
    """The address of a worker for progress lines, in which a colon would end the name of a stage."""
    return "worker " + worker.partition("://")[2].replace(":", " port ")


def _refused(worker: str, source: str, error: Exception) -> ClusterError:
    return ClusterError(
        f"{worker or 'a worker'}: what it returned as the part of {source} is refused: {error}. What was added before"
        " stays in the case"
    )


class _Cluster:
    """The workers, and the parts they make."""

    def __init__(self, client: Any, address: str, options: Options, report: Report) -> None:
        self._client, self._address, self._options, self._report = client, address, options, report
        self._topic = f"echoforensics-{uuid.uuid4().hex}"
        self._progress = ClusterProgress(client, self._topic)
        self._stated = time.monotonic()
        self._done = Event()

    def refuse_other_versions(self) -> None:
        """Refuse a cluster with other versions of the parsers. Raises ClusterError."""
        self._wait_for_workers()
        version, parsers = parser_versions()
        for worker, theirs in answers_of_workers(self._client, parser_versions).items():
            if theirs != [version, parsers]:
                its = theirs[0] if isinstance(theirs, list) and theirs else "of an unknown version"
                raise ClusterError(
                    f"{worker}: has echoforensics {its} with other parsers than this one ({version}); install the"
                    " same on all machines"
                )

    def _wait_for_workers(self) -> None:
        while not workers_of(self._client):
            refuse_lost(self._client, self._address)
            self._report(f"waiting for a worker of {self._address}", 0, 0)
            time.sleep(_LOOK)

    def look_at_all(self, sources: Sequence[str]) -> tuple[dict[str, LookedAt], dict[str, SkippedSource]]:
        """Let a worker open each source, before anything is written.

        Returns:
            What each source is; and the sources that cannot be opened, if such sources are skipped.

        Raises:
            SourceError: a source cannot be opened and is not skipped; or none can be opened.
        """
        self._report("opening sources", 0, 0)
        submit = self._client.submit
        futures = {source: submit(as_answer, look_at, source, self._options, pure=False) for source in sources}
        looked, skipped = dict[str, LookedAt](), dict[str, SkippedSource]()
        for source, future in futures.items():
            try:
                looked[source] = looked_at(answer_of(future))
            except SourceError as error:
                if not self._options.skip_unreadable:
                    raise
                skipped[source] = SkippedSource(Path(source), str(error))
        if skipped and len(skipped) == len(sources):
            raise SourceError(next(iter(skipped.values())).why)
        return looked, skipped

    def make_all(self, case: OpenCase, sources: Mapping[str, LookedAt]) -> None:
        """Let workers make a part of each source, and add the parts in the order of the sources."""
        workers = len(workers_of(self._client))
        parts = []
        for number, (source, looked) in enumerate(sources.items()):
            ranges = ranges_to_search(looked, self._options, len(sources), workers)
            searched = self._search(number, source, looked.kind, ranges)
            parts.append(_PartUnderWay(number, source, case.vault.parts / f"{number}", searched))
            self._submit(parts[-1])
        for part in parts:
            while part.case is None and not part.why_not:
                self._look(parts)
            self._add(case, part)
            # Release its distributed results.
            part.future, part.ranges = None, []

    def _search(self, number: int, source: str, kind: str, ranges: Sequence[tuple[int, int]]) -> list[Any]:
        """Let workers search ranges of a source."""
        return [
            self._client.submit(
                search_range_of_source, self._topic, number, source, kind, *each, pure=False,
                key=f"range-{number}-{each[0]}-{uuid.uuid4().hex}",
            )
            for each in ranges
        ]  # fmt: skip

    def _submit(self, part: _PartUnderWay) -> None:
        """Let a worker make a part, once its ranges were searched."""
        order = PartOrder(self._topic, part.number, part.source, self._options)
        key = f"part-{part.number}-{uuid.uuid4().hex}"
        part.future = self._client.submit(as_answer, make_part, order, *part.ranges, pure=False, key=key)
        part.future.add_done_callback(lambda _: self._done.set())

    def _look(self, parts: Sequence[_PartUnderWay]) -> None:
        """Fetch finished parts, and report what the workers are doing."""
        refuse_lost(self._client, self._address)
        ready = [part for part in parts if part.future is not None and part.case is None and not part.why_not
                 and part.future.done()]  # fmt: skip
        for part in ready:
            self._take(part)
        if not ready:
            self._say(parts)
            self._done.wait(_LOOK)
        self._done.clear()

    def _take(self, part: _PartUnderWay) -> None:
        try:
            answer = answer_of(part.future)
        except TaskEndedWorkersError as error:
            part.why_not = f"no worker of the cluster could finish it: {error}"
        except SourceError as error:
            if not self._options.skip_unreadable:
                raise
            part.why_not = str(error)
        except ClusterError as error:
            raise _refused(", ".join(self._holders(part.future)), part.source, error) from error
        else:
            self._fetch(part, answer)

    def _fetch(self, part: _PartUnderWay, answer: object) -> None:
        """Fetch the part that an answer names."""
        try:
            part.made = made = made_part(answer)
            part.lost += made.lost
            part.case = receive(self._client, made, part.folder)
            self._progress.forget(made.worker)
        except PartLostError as error:
            shutil.rmtree(part.folder, ignore_errors=True)
            part.lost.append(made.worker)
            if len(part.lost) >= MOST_WORKERS:
                part.why_not = f"{len(part.lost)} workers ended with it: {', '.join(part.lost)}; {error}"
                return
            self._submit(part)
        except CaseDiskError:
            raise
        except (CaseError, ClusterError) as error:
            raise _refused(", ".join(self._holders(part.future)), part.source, error) from error

    def _holders(self, future: Any) -> list[str]:
        """The addresses of the workers that hold an answer."""
        return sorted(worker for workers in self._client.who_has([future]).values() for worker in workers)

    def _say(self, parts: Sequence[_PartUnderWay]) -> None:
        """Report the number of parts, what one worker after another is doing, and periodically all of them."""
        made = sum(part.case is not None or bool(part.why_not) for part in parts)
        states = sorted(self._progress.states().items())
        now = time.monotonic()
        if states and now - self._stated >= _EVERY:
            self._stated = now
            for worker, state in states:
                self._report(f"{_name(worker)} {state.sentence}", state.done, state.total)
        turn = states[int(now) % len(states)] if states else None
        doing = f"; {_name(turn[0])} {turn[1].sentence}" if turn else ""
        self._report(f"making parts: {made} of {len(parts)} made{doing}", made, 0)

    def _add(self, case: OpenCase, part: _PartUnderWay) -> None:
        """Add a part to the case, or record as an issue why it is missing."""
        for worker in part.lost:
            self._report(f"{_name(worker)} ended while it made the part of {part.source}; another was given it", 0, 0)
        if part.case is None or part.made is None:
            case.record(SKIPPED, {"source": part.source, "why": part.why_not})
            add_skipped_source(case.store, part.source, part.why_not)
            return
        made = {
            "part": f"{part.made.worker}: {part.made.file}", "worker": part.made.worker,
            "worker_host": part.made.host, "part_sha256": part.made.sha256, "workers_lost": part.lost,
            "searched_by": list(part.made.searched_by), "cluster": self._address,
        }  # fmt: skip
        location = part.source if is_address(part.source) else ""
        try:
            found = standing_of_received(part.case, part.source, case.store, case.path)
        except CaseDiskError:
            raise
        except CaseError as error:
            raise _refused(part.made.worker, part.source, error) from error
        add_merged(case, part.case, found, self._report, made, location, takes_files=True)
        forget_skipped_source(case.store, part.source)
        shutil.rmtree(part.case.parent, ignore_errors=True)
