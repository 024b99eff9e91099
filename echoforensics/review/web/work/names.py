"""Names of people in responses: display names in place of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.review.web.api import Call


class DisplayNames:
    """Display names of people, looked up once per response.

    Args:
        call: the call of a route.
    """

    def __init__(self, call: Call) -> None:
        self._names = {person.id: person.display for person in call.room.accounts.all()}

    def of(self, person: str | None) -> str | None:
        """The display name of a person; None for nobody."""
        return None if person is None else self._names.get(person, person)
