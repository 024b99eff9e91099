"""A person of the room, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass

#: Sets up people and queues, settles disagreements, approves redactions, closes, reads the audit.
SUPERVISOR = "supervisor"
#: Works in every queue and closes; sets up no people.
EXAMINER = "examiner"
#: Works in the queues given to them.
REVIEWER = "reviewer"
#: Reads and listens in the queues given to them, and changes nothing.
READER = "reader"

ROLES = (SUPERVISOR, EXAMINER, REVIEWER, READER)
#: Who sees every queue.
SEE_ALL = frozenset({SUPERVISOR, EXAMINER})
#: Who codes.
WORKERS = frozenset({SUPERVISOR, EXAMINER, REVIEWER})
EVERYBODY = frozenset(ROLES)
SUPERVISORS = frozenset({SUPERVISOR})


@dataclass(frozen=True, slots=True)
class RoomMember:
    """An account.

    Attributes:
        id: an opaque text.
        name: with which the person signs in.
        display: as others see the person.
        role: one of :data:`ROLES`.
        active: whether the person may sign in.
        language: ``en``, ``de`` or empty, for what the browser asks for.
        last_sign_in: milliseconds since 1970; None where the person never was.
        second: kinds of second factor that the person has: ``totp``, ``webauthn``.
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
        """Whether every queue is open to the person."""
        return self.role in SEE_ALL
