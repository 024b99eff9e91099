"""Listens to the recordings of a case, and adds the findings to it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition_table import is_known
from echoforensics.case.case import Case
from echoforensics.case.custody.adding import AddingRun
from echoforensics.case.custody.names import ARTEFACTS
from echoforensics.case.vault import Vault
from echoforensics.errors import UsageError
from echoforensics.listening.decoding import decoded
from echoforensics.listening.finding import findings, known_sound_findings, same_sound_findings, wanted
from echoforensics.listening.installed import refuse_without_libraries
from echoforensics.listening.known_sound import KnownSounds
from echoforensics.listening.listener import LONGEST, Listener, ListenOptions, RecordingToHear
from echoforensics.listening.on_cluster.hearing import heard_by_cluster
from echoforensics.listening.same_sound import RATE as FINGERPRINT_RATE
from echoforensics.listening.same_sound import fingerprint, same_sounds
from echoforensics.listening.sound import NotDecodedError
from echoforensics.listening.workers import heard_by_workers
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chain_of_custody.signer import Signer
    from echoforensics.case.added_records.addition import Addition
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.listening.listener import HeardRecording
    from echoforensics.listening.same_sound import Fingerprint

#: Called with the number of recordings done and the total.
Progress = Callable[[int, int], None]
#: Findings are added at least this often, in seconds; adding takes at most a tenth of the time.
_EVERY, _SHARE = 60.0, 10


@dataclass(frozen=True, slots=True)
class ListenOutcome:
    """The result of listening.

    Attributes:
        recordings: the number of distinct recordings requested.
        heard: how many were listened to now; the others already had findings from the same models and options.
        not_decoded: the exhibits of recordings that could not be decoded, each with the reason.
        exhibits: the exhibits of the added findings.
        about: the models and libraries used.
    """

    recordings: int
    heard: int
    not_decoded: tuple[tuple[str, str], ...]
    exhibits: tuple[str, ...]
    about: Mapping[str, Mapping[str, Any]]


def listen(
    case_path: Path, key: Signer | None, options: ListenOptions, *, only: Iterable[str] = (), workers: int = 1,
    dask: str = "", actor: str = "", progress: Progress | None = None,
) -> ListenOutcome:  # fmt: skip
    """Listen to recordings of a case, and add the signed findings to it.

    Findings from the same models, versions and options are not repeated, so an interrupted run can be resumed. Other
    models add their own findings.

    Args:
        case_path: the case folder.
        key: the examiner's key, as for the case; None if the case is unsigned.
        options: the options for listening.
        only: exhibits or interactions whose recordings to include; empty for all.
        workers: the number of listening processes.
        dask: ``local``, or the address of a scheduler whose workers listen; empty for none. The key stays here.
        actor: who listens, as recorded in the ledger; empty for the last actor.
        progress: called as recordings are finished.

    Raises:
        UsageError: the extra ``listen`` is missing, a model cannot be read, or a requested item has no recording.
        ClusterError: no scheduler answers, or a worker has other models or libraries.
        CaseError: as for :class:`echoforensics.case.custody.adding.AddingRun`.
    """
    refuse_without_libraries()
    artefacts = case_path / ARTEFACTS
    # Loaded first, so that errors are reported before the case is touched.
    listener = Listener(options, artefacts)
    about = listener.about()
    hear = None if workers > 1 or dask else listener.hear
    # Each process needs memory for its own models.
    del listener
    elsewhere = partial(_heard_elsewhere, options, artefacts, about, workers, dask)
    with Case.open(case_path) as case:
        chosen = list(only)
        found = _asked_for(case, chosen)
        actor = actor or [entry.actor for entry in case.actions()][-1]
        pending = [recording for recording in found if not _is_done(case, recording, about, options)]
    asked = [RecordingToHear(one.sha256, str(one.fields.get("container") or "")) for one in pending]
    batch = _Batch(about, options, len(pending))
    with closing(AddingRun(case_path, key, actor)) as run:
        try:
            heard = map(hear, asked) if hear else elsewhere(asked)
            batch.take_all(zip(pending, heard, strict=True), run, progress)
            if not chosen:
                batch.compare(found, artefacts)
        finally:
            # Includes findings from before an interruption.
            batch.add_to(run)
    return ListenOutcome(len(found), batch.taken, tuple(batch.not_decoded), tuple(batch.exhibits), about)


def _heard_elsewhere(
    options: ListenOptions,
    artefacts: Path,
    about: Mapping[str, dict[str, Any]],
    workers: int,
    dask: str,
    asked: list[RecordingToHear],
) -> Iterator[HeardRecording]:
    """Yield findings from other processes, on this machine or on a cluster."""
    if dask:
        return heard_by_cluster(options, artefacts, asked, dask, workers, about)
    return heard_by_workers(options, artefacts, asked, workers)


class _Batch:
    """Findings not added yet."""

    def __init__(self, about: Mapping[str, Mapping[str, Any]], options: ListenOptions, total: int) -> None:
        self._about, self._total = about, total
        self._detail = _detail(about, options, total)
        self._waiting: list[Addition] = []
        self._since, self._cost = time.monotonic(), 0.0
        self.taken = 0
        self.exhibits: list[str] = []
        self.not_decoded: list[tuple[str, str]] = []

    def take_all(
        self,
        heard: Iterable[tuple[FoundRecording, HeardRecording]],
        run: AddingRun,
        progress: Progress | None,
    ) -> None:
        """Take the findings in each recording, and add them from time to time."""
        for number, (recording, found) in enumerate(heard, 1):
            self.take(found, recording)
            if progress:
                progress(number, self._total)
            if self.is_due():
                self.add_to(run)

    def take(self, heard: HeardRecording, recording: FoundRecording) -> None:
        exhibit = recording.rows[0]["exhibit"]
        self.taken += 1
        if heard.why_not:
            self.not_decoded.append((exhibit, heard.why_not))
        self._waiting += findings(heard, exhibit, self._about, recording.texts)

    def compare(self, found: Iterable[FoundRecording], artefacts: Path) -> None:
        """Find recordings with the same sound in different bytes, and sounds of the device itself."""
        every = list(found)
        exhibits = {recording.sha256: recording.rows[0]["exhibit"] for recording in every}
        known = KnownSounds(every)
        by_place = sorted(every, key=lambda recording: recording.sha256 not in known.places)
        prints = {one.sha256: one for one in _fingerprints(by_place, Vault(artefacts), known)}
        in_order = (prints[sha256] for sha256 in exhibits if sha256 in prints)
        self._waiting += same_sound_findings(same_sounds(in_order), exhibits)
        self._waiting += known_sound_findings(known.found(), exhibits)

    def is_due(self) -> bool:
        return time.monotonic() - self._since > max(_EVERY, _SHARE * self._cost)

    def add_to(self, run: AddingRun) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            begun = time.monotonic()
            self.exhibits += run.add(waiting, self._detail).exhibits
            self._since = time.monotonic()
            self._cost = self._since - begun


def _fingerprints(found: Iterable[FoundRecording], vault: Vault, known: KnownSounds) -> Iterator[Fingerprint]:
    """Yield the fingerprint of each decodable recording; for the others, a finding says why not.

    Each is compared with the known sounds, which come first.
    """
    for recording in found:
        with suppress(NotDecodedError, OSError):
            sound = decoded(vault, recording.sha256, str(recording.fields.get("container") or ""))
            if sound.seconds <= LONGEST:
                samples = sound.mono_at(FINGERPRINT_RATE)
                one = fingerprint(recording.sha256, samples, sound.samples)
                known.hear(one, samples)
                yield one


def _detail(about: Mapping[str, Mapping[str, Any]], options: ListenOptions, total: int) -> dict[str, Any]:
    """Return the details for the ledger."""
    return {
        "what": "findings of machines in recordings",
        "tool": f"echoforensics {__version__}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        # The ledger holds only whole numbers and text.
        "models": {
            name: {part: str(value) if isinstance(value, float) else value for part, value in one.items()}
            for name, one in about.items()
        },
        "hotwords": list(options.hotwords),
        "recordings": total,
        "seed": "none; nothing is drawn at random",
    }


def _asked_for(case: Case, only: list[str]) -> list[FoundRecording]:
    """Return the requested recordings in the case's order."""
    every = list(case.recordings())
    if not only:
        return every
    chosen: set[str] = set()
    for name in only:
        if name.strip().upper().startswith("IN-"):
            named = set(case.interaction(name).recordings)
        else:
            recording = case.row(name)["recording"]
            named = {recording} if recording else set()
        if not named:
            raise UsageError(f"{name} has no recording; `info` lists the recordings")
        chosen |= named
    return [recording for recording in every if recording.sha256 in chosen]


def _is_done(
    case: Case, recording: FoundRecording, about: Mapping[str, Mapping[str, Any]], options: ListenOptions
) -> bool:
    exhibit = recording.rows[0]["exhibit"]
    return all(is_known(case.store, exhibit, kind, statement) for kind, statement in wanted(about, options.hotwords))
