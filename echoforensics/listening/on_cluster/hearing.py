"""Listens on the workers of a cluster. Each loads the models once; recordings are sent to it but not kept."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.vault import Vault
from echoforensics.cluster.answers import answer_of, as_answer
from echoforensics.cluster.attempts import attempt
from echoforensics.cluster.connection import connected, workers_of
from echoforensics.errors import ClusterError, TaskEndedWorkersError
from echoforensics.listening.listener import HeardRecording, Listener, ListenOptions, RecordingToHear
from echoforensics.listening.on_cluster.heard_answer import heard_recording
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    About = Mapping[str, dict[str, Any]]

_FOLDER = "echoforensics-listening"


def heard_by_cluster(
    options: ListenOptions, artefacts: Path, asked: Sequence[RecordingToHear], address: str, workers: int, about: About
) -> Iterator[HeardRecording]:
    """Yield the findings of a cluster's workers in recordings, in their order.

    Args:
        options: the options for listening. A named model must have the same path on every machine.
        artefacts: the folder of a case's extracted files, on this machine.
        asked: the recordings.
        address: the address of a scheduler, or ``local``.
        workers: the number of processes if the address is ``local``.
        about: the models and libraries on this machine.

    Raises:
        UsageError: the extra ``scale`` is not installed, or a worker lacks a library or a model.
        ClusterError: no scheduler answers, or a worker has other models or libraries.
    """
    vault, topic = Vault(artefacts), f"echoforensics-listening-{uuid.uuid4().hex}"
    waiting: deque[tuple[RecordingToHear, Any]] = deque()
    with connected(address, workers) as client:
        for number, recording in enumerate(asked):
            try:
                with vault.open(recording.sha256) as stream:
                    content = stream.read()
            except OSError:
                # Listening to it reports the problem.
                content = b""
            given = (hear, topic, number, options, recording, content)
            waiting.append((recording, client.submit(as_answer, *given, pure=False)))
            if len(waiting) >= 2 * max(1, len(workers_of(client))):
                yield _heard(*waiting.popleft(), about)
        while waiting:
            yield _heard(*waiting.popleft(), about)


def _heard(recording: RecordingToHear, future: Any, about: About) -> HeardRecording:
    try:
        answer = answer_of(future)
    except TaskEndedWorkersError as error:
        return HeardRecording(recording.sha256, why_not=f"the workers that listened to it ended: {error}")
    match answer:
        case [heard, str(worker), theirs]:
            if theirs != json.loads(json.dumps(about)):
                raise ClusterError(
                    f"{worker}: has other models or libraries than this machine; install the same on all"
                )
            return heard_recording(heard, recording.sha256)
    raise ClusterError("a worker's answer is nothing heard in a recording")


def hear(
    topic: str, number: int, options: ListenOptions, recording: RecordingToHear, content: bytes
) -> tuple[HeardRecording, str, About]:
    """Listen to a recording on a worker.

    Returns:
        The findings, the worker's address, and its models and libraries.
    """
    with attempt(topic, number) as mine:
        folder = Path(scale_library("distributed", "--dask").get_worker().local_directory) / _FOLDER
        listener = _listener(options, folder)
        path = Vault(folder).path(recording.sha256)
        if hashlib.sha256(content).hexdigest() == recording.sha256:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            return listener.hear(recording), mine.worker, listener.about()
        finally:
            path.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _listener(options: ListenOptions, folder: Path) -> Listener:
    return Listener(options, folder)
