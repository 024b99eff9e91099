"""Stops a task that crashes its worker from going on to crash every other worker.

A task reports to the scheduler when it starts and when it ends; a task that started but never ended has crashed its
worker. On its own, the scheduler gives a lost worker's task to the next one, four times.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.errors import TaskEndedWorkersError
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A task that crashed this many workers is not tried again.
MOST_WORKERS = 2
#: How long to wait for the scheduler's reports, in seconds; and how often to ask.
_PATIENCE, _STEP = 10.0, 0.02
_BEGINS, _OVER = "begins", "over"


class Attempt(NamedTuple):
    """A running task.

    Attributes:
        worker: the address of the worker.
        host: the name of its machine.
        lost: addresses of workers that crashed during the task.
    """

    worker: str
    host: str
    lost: tuple[str, ...]


@contextmanager
def attempt(topic: str, number: int | str) -> Iterator[Attempt]:
    """Wrap the work of a task on a worker.

    Args:
        topic: the scheduler's key for the reports of this run.
        number: the number or the name of the task, which no other task of the run has.

    Raises:
        TaskEndedWorkersError: the task has crashed :data:`MOST_WORKERS` workers.
    """
    worker = scale_library("distributed", "--dask").get_worker()
    mine = {"task": number, "worker": worker.address, "process": os.getpid(), "host": socket.gethostname()}
    worker.log_event(topic, {**mine, "what": _BEGINS, "at": time.time()})
    lost = _lost(topic, mine)
    if len(lost) >= MOST_WORKERS:
        worker.log_event(topic, {**mine, "what": _OVER})
        raise TaskEndedWorkersError(f"{len(lost)} workers ended while they worked on it: {', '.join(lost)}")
    yield Attempt(worker.address, mine["host"], lost)
    worker.log_event(topic, {**mine, "what": _OVER})


def _lost(topic: str, mine: dict[str, Any]) -> tuple[str, ...]:
    """Return the workers that started a task and did not end it, after the scheduler has noted this start."""
    client = scale_library("distributed", "--dask").get_client()
    until = time.monotonic() + _PATIENCE
    while True:
        found = [event for _, event in client.get_events(topic) if event.get("task") == mine["task"]]
        if _is_known(found, mine) or time.monotonic() > until:
            break
        time.sleep(_STEP)
    begun = [event["worker"] for event in found if event.get("what") == _BEGINS and not _is_mine(event, mine)]
    for event in found:
        if event.get("what") == _OVER and event["worker"] in begun:
            begun.remove(event["worker"])
    return tuple(begun)


def _is_mine(event: dict[str, Any], mine: dict[str, Any]) -> bool:
    return all(event.get(name) == value for name, value in mine.items())


def _is_known(found: list[dict[str, Any]], mine: dict[str, Any]) -> bool:
    return any(event.get("what") == _BEGINS and _is_mine(event, mine) for event in found)
