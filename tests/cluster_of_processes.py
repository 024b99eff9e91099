"""A cluster of this machine, each of whose parts is a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from echoforensics.cluster.connection import forked_workers
from echoforensics.extraction.parts.cluster_run import PRELOAD


@contextmanager
def cluster_of_processes(workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers. None of them is in this process, which reads no pickles."""
    distributed = pytest.importorskip("distributed")
    scheduler = {
        "cls": distributed.deploy.subprocess.SubprocessScheduler,
        "options": {"scheduler_kwargs": {"host": "127.0.0.1", "port": 0, "dashboard": False}},
    }
    worker = {"cls": distributed.Nanny, "options": {"host": "127.0.0.1", "nthreads": 1, "dashboard": False}}
    with (
        forked_workers(PRELOAD),
        distributed.SpecCluster(
            scheduler=scheduler, workers=dict.fromkeys(range(workers), worker), silence_logs=logging.CRITICAL + 1
        ) as made,
    ):
        yield made.scheduler_address
