"""Listens in several processes. Each loads the models once; a crash ends only one of them."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from echoforensics.listening.listener import HeardRecording, Listener, ListenOptions, RecordingToHear

if TYPE_CHECKING:
    from pathlib import Path

_DIED = "the process that listened to it ended without an answer"


def heard_by_workers(
    options: ListenOptions, artefacts: Path, asked: Sequence[RecordingToHear], workers: int
) -> Iterator[HeardRecording]:
    """Yield the findings in recordings, in their order.

    Args:
        options: the options for listening.
        artefacts: the folder of a case's extracted files.
        asked: the recordings.
        workers: the number of processes.
    """
    waiting = deque(asked)
    while waiting:
        try:
            for heard in _heard(options, artefacts, list(waiting), workers):
                waiting.popleft()
                yield heard
        except BrokenProcessPool:
            # One of the recordings in progress caused a crash: retry each of them separately.
            for _ in range(min(2 * workers, len(waiting))):
                yield _alone(options, artefacts, waiting.popleft())


def _heard(
    options: ListenOptions, artefacts: Path, asked: Sequence[RecordingToHear], workers: int
) -> Iterator[HeardRecording]:
    running: deque[Future[HeardRecording]] = deque()
    with _pool(options, artefacts, workers) as pool:
        try:
            for recording in asked:
                running.append(pool.submit(_hear, recording))
                if len(running) >= 2 * workers:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(options: ListenOptions, artefacts: Path, recording: RecordingToHear) -> HeardRecording:
    try:
        with _pool(options, artefacts, 1) as pool:
            return pool.submit(_hear, recording).result()
    except BrokenProcessPool:
        return HeardRecording(recording.sha256, why_not=_DIED)


def _pool(options: ListenOptions, artefacts: Path, workers: int) -> ProcessPoolExecutor:
    # Not forked: the models have threads of their own.
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, spawn, _Worker.begin, (options, artefacts))


class _Worker:
    """The models of a worker process."""

    listener: Listener | None = None

    @classmethod
    def begin(cls, options: ListenOptions, artefacts: Path) -> None:
        """Load the models in a worker process."""
        cls.listener = Listener(options, artefacts)


def _hear(recording: RecordingToHear) -> HeardRecording:
    if _Worker.listener is None:
        raise RuntimeError("a worker did not start")
    return _Worker.listener.hear(recording)
