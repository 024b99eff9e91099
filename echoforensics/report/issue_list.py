"""Writes every issue of a case to a file; the page groups similar ones."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from echoforensics.export.csv_table import cell

if TYPE_CHECKING:
    from echoforensics.case.case import Case


def write_issues(case: Case, stream: TextIO) -> None:
    """Write every issue as CSV."""
    writer = csv.writer(stream)
    writer.writerow(("evidence", "path", "found_by", "locator", "what", "first_bytes_hex"))
    for issue in case.issues():
        writer.writerow([cell(value) for value in (*issue[:-1], issue.excerpt.hex().upper())])
