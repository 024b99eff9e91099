"""The names of people in answers: display names in the place of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.review.web.api import Call


class DisplayNames:
    """What people are called, looked up once for an answer.

    Args:
        call: of the route.
    """

    def __init__(self, call: Call) -> None:
        self._names = {person.id: person.display for person in call.room.accounts.all()}

    def of(self, person: str | None) -> str | None:
        """The display name of an id; None for nobody."""
        return None if person is None else self._names.get(person, person)
