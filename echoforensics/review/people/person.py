"""A person of the room, and the permissions of each role."""

from __future__ import annotations

from dataclasses import dataclass

#: Sets up people and queues, settles disagreements, approves redactions, closes, reads the audit.
SUPERVISOR = "supervisor"
#: Works in every queue and closes; sets up no people.
EXAMINER = "examiner"
#: Works in assigned queues.
REVIEWER = "reviewer"
#: Reads and listens in assigned queues, and changes nothing.
READER = "reader"

ROLES = (SUPERVISOR, EXAMINER, REVIEWER, READER)
#: Roles that see every queue.
SEE_ALL = frozenset({SUPERVISOR, EXAMINER})
#: Roles that code.
WORKERS = frozenset({SUPERVISOR, EXAMINER, REVIEWER})
EVERYBODY = frozenset(ROLES)
SUPERVISORS = frozenset({SUPERVISOR})


@dataclass(frozen=True, slots=True)
class RoomMember:
    """An account.

    Attributes:
        id: an opaque text.
        name: the name for signing in.
        display: the name that others see.
        role: one of :data:`ROLES`.
        active: whether the person may sign in.
        language: ``en``, ``de`` or empty, for the browser's language.
        last_sign_in: milliseconds since 1970; None if the person never signed in.
        second: kinds of second factor of the person: ``totp``, ``webauthn``.
    """

    id: str
    name: str
    display: str
    role: str
    active: bool
    language: str
    last_sign_in: int | None
    second: tuple[str, ...]

    @property
    def sees_all(self) -> bool:
        """Whether the person sees every queue."""
        return self.role in SEE_ALL
