"""Answers of a case about its contents as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case import counts
from echoforensics.case.results import Results

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.counts import NamedPerson
    from echoforensics.case.overview.leftovers import IssueGroup, UnreadFile
    from echoforensics.case.overview.overview import Overview
    from echoforensics.case.store import Store


class OverviewAnswers:
    """The part of a case that answers about its contents as a whole.

    Attributes:
        path: the case folder.
        store: its database.
        unverified: one sentence that says why the case is unverified, or nothing.
    """

    path: Path
    store: Store
    unverified: str

    def overview(self) -> Overview:
        """An overview of the case's contents: what ``echoforensics info`` shows.

        Example:
            >>> found = case.overview()
            >>> found.counts == case.counts(), found.period.planned, [device.names for device in found.devices]
            (True, 1, [('Kitchen Echo',)])
        """
        from echoforensics.case.overview.overview import overview

        return overview(self.path.resolve().name, self.unverified, self.store)

    def persons(self) -> Results[NamedPerson]:
        """Every person that rows name, by name.

        Example:
            >>> [person.name for person in case.persons()]
            ['Demo Household']
        """
        return Results("persons", lambda: counts.persons(self.store))

    def issue_groups(self) -> Results[IssueGroup]:
        """The issues, grouped where they differ only in names and numbers; most frequent first.

        Example:
            >>> [group.issues for group in case.issue_groups()]
            [1]
        """
        from echoforensics.case.overview.leftovers import issue_groups

        return Results("groups of issues", lambda: issue_groups(self.store))

    def unread_files(self) -> Results[UnreadFile]:
        """The files that no parser read, by evidence item and path. Empty files are left out.

        Example:
            >>> case.unread_files()
            <0 unread files>
        """
        from echoforensics.case.overview.leftovers import unread_files

        return Results("unread files", lambda: unread_files(self.store))
