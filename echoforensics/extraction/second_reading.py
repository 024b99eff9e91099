"""Reads every file system of a source a second time, with another library, on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.issue_table import add_issue
from echoforensics.evidence.cross_check import cross_check, second_reader
from parsers.record import Issue

if TYPE_CHECKING:
    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.evidence.volumes.disk import Disk
    from echoforensics.extraction.options import Report


def read_again(case: OpenCase, number: int, name: str, disk: Disk, report: Report) -> None:
    """Compare names, sizes and SHA-256 of allocated files with a second reader's; differences become issues.

    The ledger records which library read each file system, and which file systems none could read.

    Args:
        case: the case.
        number: the evidence item's number.
        name: the evidence item's name.
        disk: the source's disk.
        report: progress callback.
    """
    readers: dict[str, str] = {}
    differences = 0
    for prefix, file_system in disk.file_systems.items():
        volume = prefix.rstrip("/") or "the whole media"
        report(f"cross-checking {name}: {volume}", 0, 0)
        readers[volume] = second_reader(file_system) or f"none ({file_system.name})"
        with case.store.transaction():
            for issue in cross_check(disk.volumes[prefix], file_system):
                differences += 1
                add_issue(case.store, number, prefix + issue.path, Issue(issue.what, parser="cross_check"))
    case.record("file systems cross-checked", {"evidence": name, "readers": readers, "issues": differences})
