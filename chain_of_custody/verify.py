"""The result of checking something: every check by name, passed, failed or not made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, or was to be.

    Attributes:
        name: what was checked.
        ok: whether it passed.
        detail: one sentence on what was found.
        made: whether the check was made. One that was not counts as failed.
    """

    name: str
    ok: bool
    detail: str
    made: bool = True


class Verification:
    """Checks, in the order they were made. A check that could not be made counts as one that failed."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    def add(self, name: str, ok: bool, detail: str) -> None:
        """Record a check that was made."""
        self._checks.append(Check(name, ok, detail))

    def skipped(self, name: str, why: str) -> None:
        """Record a check that was not made, and why: it counts as failed."""
        self._checks.append(Check(name, ok=False, detail=f"not checked: {why}", made=False))

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check recorded so far."""
        return tuple(self._checks)

    @property
    def ok(self) -> bool:
        """Whether every check passed. False where nothing was checked."""
        return bool(self._checks) and all(check.ok for check in self._checks)

    def as_json(self) -> dict[str, object]:
        """The outcome, made of what JSON can hold."""
        checks = [
            {"name": check.name, "ok": check.ok, "made": check.made, "detail": check.detail} for check in self._checks
        ]
        return {"ok": self.ok, "checks": checks}
