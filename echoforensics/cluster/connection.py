"""Connects to a Dask cluster: one at an address, or local processes.

The local processes use TLS with certificates that exist only in memory, so that no other account on the machine can
give them work. What workers and the scheduler of a cluster at an address answer is read without running code.

References:
    https://distributed.dask.org/en/stable/client.html
    https://distributed.dask.org/en/stable/tls.html
"""

from __future__ import annotations

import logging
import multiprocessing
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from echoforensics.cluster.answers import plain_answers_only
from echoforensics.cluster.freed_memory import TRIMMING
from echoforensics.errors import ClusterError, UsageError
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The address for a cluster of local processes.
LOCAL = "local"
#: How long to wait for a scheduler, in seconds.
_PATIENCE = 20
_SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")
#: What workers may have the client print; nothing of theirs is printed.
_PRINTED = ("print", "warn")
#: Workers that end are named by us.
_SILENT = logging.CRITICAL + 1


def refuse_address(address: str) -> None:
    """Refuse an invalid cluster address, or any address without the extra ``scale``.

    Raises:
        UsageError: it is neither ``local`` nor an address with a scheme, or the libraries are not installed.
    """
    scale_library("distributed", "--dask")
    if address != LOCAL and not address.startswith(_SCHEMES):
        raise UsageError(
            f"--dask takes {LOCAL}, or the address of a scheduler such as tcp://host:8786; not {address!r}"
        )


@contextmanager
def connected(address: str, workers: int, preload: str = "") -> Iterator[Any]:
    """Yield a client of a cluster; its class is :class:`distributed.Client`.

    Args:
        address: the address of a scheduler, or ``local``.
        workers: the number of processes if the address is ``local``.
        preload: a module that these have imported before they start.

    Raises:
        UsageError: as for :func:`refuse_address`.
        ClusterError: no scheduler answers there.
    """
    refuse_address(address)
    distributed = scale_library("distributed", "--dask")
    with ExitStack() as opened:
        if address == LOCAL:
            opened.enter_context(forked_workers(preload))
            security = distributed.Security.temporary()
            cluster = opened.enter_context(
                distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, protocol="tls", host="127.0.0.1",
                    security=security, dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
                    silence_logs=_SILENT,
                )
            )  # fmt: skip
            yield opened.enter_context(distributed.Client(cluster, security=security))
            return
        opened.enter_context(plain_answers_only())
        try:
            client = opened.enter_context(distributed.Client(address, timeout=_PATIENCE))
        except OSError as error:
            raise ClusterError(f"{address}: no scheduler answers at this address: {error}") from error
        for topic in _PRINTED:
            client.subscribe_topic(topic, _skip)
        yield client


def _skip(_event: object) -> None:
    """Do nothing about an event."""


@contextmanager
def forked_workers(preload: str) -> Iterator[None]:
    """Let local workers be forked from a new process that has imported a module, and let no page be served.

    Args:
        preload: the module, which starts no thread; empty for none.
    """
    dask = scale_library("dask", "--dask")
    settings = {
        "distributed.worker.multiprocessing-method": _method(),
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        # What Dask asks of itself ten to a hundred times a second, mostly for pages that are not served.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "1s",
        "distributed.admin.system-monitor.interval": "5s",
        "distributed.worker.memory.monitor-interval": "1s",
        "distributed.nanny.pre-spawn-environ": {
            name: value for name, value in _environment(dask).items() if name != TRIMMING
        },
    }
    with dask.config.set(settings):
        context = scale_library("distributed.utils", "--dask").get_mp_context()
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(["distributed", *filter(None, [preload])])
        yield


def _environment(dask: Any) -> dict[str, Any]:
    """What Dask sets in the environment of workers."""
    return dict(dask.config.get("distributed.nanny.pre-spawn-environ", {}))


def _method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def workers_of(client: Any) -> list[str]:
    """Return the addresses of a cluster's workers."""
    return list(client.scheduler_info(n_workers=-1)["workers"])


def refuse_lost(client: Any, address: str) -> None:
    """Raise if the scheduler is gone.

    Raises:
        ClusterError: the scheduler no longer answers.
    """
    if client.status not in ("running", "connecting"):
        raise ClusterError(f"{address}: the scheduler no longer answers; repeat the command to continue")
