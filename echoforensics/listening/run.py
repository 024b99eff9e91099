"""Listening to the recordings of a case, and adding what is found to it."""

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

#: Called with how many recordings were listened to, and of how many.
Progress = Callable[[int, int], None]
#: What is found is added at least this often, in seconds; adding takes no more than a tenth of the time.
_EVERY, _SHARE = 60.0, 10


@dataclass(frozen=True, slots=True)
class ListenOutcome:
    """What listening came to.

    Attributes:
        recordings: how many distinct recordings were asked for.
        heard: how many of them were listened to now; the others had been before, with the same models and options.
        not_decoded: of those, the exhibits of recordings that could not be decoded, each with why.
        exhibits: of the findings that were added.
        about: what found them.
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
    """Listen to recordings of a case, and add what is found to it, signed.

    What was found before with the same models, versions and options is skipped, so an interrupted run
    can be repeated. Other models add to what there is.

    Args:
        case_path: the case folder.
        key: the examiner's, as for the case; None if it is unsigned.
        options: how it is listened.
        only: exhibits or interactions whose recordings are wanted; empty for all.
        workers: how many processes listen at once.
        dask: ``local``, or the address of a scheduler whose workers listen; empty for none. The key stays here.
        actor: who listens, as the ledger names them; empty for who acted last.
        progress: called as recordings are done.

    Raises:
        UsageError: the extra ``listen`` is missing, a model cannot be read, or what is asked for has no recording.
        ClusterError: no scheduler answers, or a worker has other models or libraries.
        CaseError: as :class:`echoforensics.case.custody.adding.AddingRun` raises it.
    """
    refuse_without_libraries()
    artefacts = case_path / ARTEFACTS
    # Loaded here first: what cannot be is said before the case is touched.
    listener = Listener(options, artefacts)
    about = listener.about()
    hear = None if workers > 1 or dask else listener.hear
    # The models take as much memory in each process.
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
            # Also what was found before an interruption.
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
    """What other processes find in recordings, of this machine or of a cluster."""
    if dask:
        return heard_by_cluster(options, artefacts, asked, dask, workers, about)
    return heard_by_workers(options, artefacts, asked, workers)


class _Batch:
    """What was found and has yet to be added."""

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
        """Take what is found in each recording; add it from time to time."""
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
        """Look for recordings that are the same sound in other bytes, and for sounds of the device itself."""
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
    """The fingerprint of each recording that can be decoded; of those that cannot a finding says why.

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
    """What the ledger says of it."""
    return {
        "what": "findings of machines in recordings",
        "tool": f"echoforensics {__version__}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        # The ledger has whole numbers and texts.
        "models": {
            name: {part: str(value) if isinstance(value, float) else value for part, value in one.items()}
            for name, one in about.items()
        },
        "hotwords": list(options.hotwords),
        "recordings": total,
        "seed": "none; nothing is drawn at random",
    }


def _asked_for(case: Case, only: list[str]) -> list[FoundRecording]:
    """The recordings that are asked for, in the case's order."""
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
