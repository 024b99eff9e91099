"""Runs an extraction on this machine, or on the workers of a cluster."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.extraction.parts.fetched_source import refuse_addresses
from echoforensics.extraction.parts.local_parts import LocalParts
from echoforensics.extraction.run import extract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chain_of_custody.signer import Signer
    from echoforensics.extraction.options import KeyGiver, Options, Report


def extract_on(
    cluster: str,
    sources: Sequence[str | PathLike[str]] | str | PathLike[str],
    case: Path,
    key: Signer | KeyGiver | None,
    options: Options,
    report: Report,
) -> None:
    """Extract sources into a case.

    Args:
        cluster: ``local``, or the address of a scheduler; empty for no cluster.
        sources: paths; with a cluster, addresses in an object store too.
        case, key, options, report: as for :func:`echoforensics.extraction.run.extract`, which lists the exceptions.
    """
    named = [fspath(source) for source in ([sources] if isinstance(sources, (str, PathLike)) else sources)]
    if not cluster:
        refuse_addresses(named)
        extract([Path(source) for source in named], case, key, options, report, parts_by=LocalParts)
        return
    from echoforensics.extraction.parts.cluster_run import extract_on_cluster

    extract_on_cluster(named, case, key, options, report, cluster)
