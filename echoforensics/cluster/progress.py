"""Reports the progress of a cluster's workers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str, int, int], None]

#: What a report has; others are skipped.
_REPORTED: dict[str, type | tuple[type, ...]] = {
    "label": str, "worker": str, "doing": str, "done": int, "total": int, "seconds": (int, float),
}  # fmt: skip
#: The shortest interval between a worker's reports, in seconds.
_INTERVAL = 0.5


def worker_report(topic: str, label: str) -> Report:
    """Return a function with which a worker reports its task, progress and total to the client.

    Args:
        topic: the topic that the client subscribes to.
        label: the label of the task.
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
    """A worker's state: the task, the step, the progress, the total, and the seconds spent."""

    label: str
    doing: str
    done: int
    total: int
    seconds: float

    @property
    def sentence(self) -> str:
        """Describe the state in a few words, with the rate if bytes are counted."""
        rate = f", {self.done / self.seconds / 1e6:,.0f} MB/s" if self.total and self.seconds else ""
        return f"{self.doing}{rate}"


class ClusterProgress:
    """Collects the workers' reports on the client."""

    def __init__(self, client: Any, topic: str) -> None:
        """Subscribe to a topic on a client's cluster."""
        self._lock = Lock()
        self._states: dict[str, WorkerState] = {}
        client.subscribe_topic(topic, self._hear)

    def _hear(self, event: tuple[float, Any]) -> None:
        heard = event[1]
        if isinstance(heard, dict) and all(isinstance(heard.get(name), kind) for name, kind in _REPORTED.items()):
            state = WorkerState(heard["label"], heard["doing"], heard["done"], heard["total"], heard["seconds"])
            with self._lock:
                self._states[heard["worker"]] = state

    def states(self) -> dict[str, WorkerState]:
        """Return the last report of each worker by its address."""
        with self._lock:
            return dict(self._states)

    def forget(self, worker: str) -> None:
        """Forget a worker that has stopped."""
        with self._lock:
            self._states.pop(worker, None)
