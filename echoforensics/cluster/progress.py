"""What the workers of a cluster are doing, as they say it, and at which rate."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str, int, int], None]

#: A worker says what it does at most so often, seconds.
_INTERVAL = 0.5


def worker_report(topic: str, label: str) -> Report:
    """On a worker: a function that tells the client what is being done, how far it is, and of how much.

    Args:
        topic: under which the client hears it.
        label: of the task.
    """
    worker = scale_library("distributed", "--dask").get_worker()
    begun = stated = time.monotonic()

    def report(doing: str, done: int, total: int) -> None:
        nonlocal stated
        now = time.monotonic()
        if now - stated >= _INTERVAL:
            stated = now
            worker.log_event(topic, {"label": label, "worker": worker.address, "doing": doing.partition(":")[0],
                                     "done": done, "total": total, "seconds": now - begun})  # fmt: skip

    return report


@dataclass(frozen=True, slots=True)
class WorkerState:
    """What a worker is doing: of which task, what, how far, of how much, and for how many seconds."""

    label: str
    doing: str
    done: int
    total: int
    seconds: float

    @property
    def sentence(self) -> str:
        """In a few words, with the rate where bytes are counted."""
        rate = f", {self.done / self.seconds / 1e6:,.0f} MB/s" if self.total and self.seconds else ""
        return f"{self.doing}{rate}"


class ClusterProgress:
    """What the workers say, on the client."""

    def __init__(self, client: Any, topic: str) -> None:
        """Hear the workers of a client's cluster on a topic."""
        self._lock = Lock()
        self._states: dict[str, WorkerState] = {}
        client.subscribe_topic(topic, self._hear)

    def _hear(self, event: tuple[float, Any]) -> None:
        heard = event[1]
        if isinstance(heard, dict) and "doing" in heard:
            state = WorkerState(heard["label"], heard["doing"], heard["done"], heard["total"], heard["seconds"])
            with self._lock:
                self._states[heard["worker"]] = state

    def states(self) -> dict[str, WorkerState]:
        """What each worker said last, by its address."""
        with self._lock:
            return dict(self._states)

    def forget(self, worker: str) -> None:
        """A worker is no longer at it."""
        with self._lock:
            self._states.pop(worker, None)
