"""Collects the results of a verification: every check by name, passed, failed or not made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: the file concerned, or the line in one.
        expected: the expected value.
        found: the actual value.
        meaning: what the difference shows; one sentence.
    """

    file: str
    expected: str
    found: str
    meaning: str

    def __str__(self) -> str:
        return f"{self.file}: expected {self.expected}; found {self.found}. {self.meaning}"

    def as_json(self) -> dict[str, str]:
        """The problem as JSON values."""
        return {"file": self.file, "expected": self.expected, "found": self.found, "meaning": self.meaning}


@dataclass(frozen=True, slots=True)
class Check:
    """One check, made or not.

    Attributes:
        name: the name of the check.
        ok: whether it passed.
        detail: one sentence on what was found.
        made: whether the check was made. If not, it counts as failed.
        problems: the individual problems, if the check distinguishes them.
    """

    name: str
    ok: bool
    detail: str
    made: bool = True
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The check as JSON values."""
        plain: dict[str, object] = {"name": self.name, "ok": self.ok, "made": self.made, "detail": self.detail}
        if self.problems:
            plain["problems"] = [problem.as_json() for problem in self.problems]
        return plain


class Verification:
    """Checks in the order they were made. A check that could not be made counts as failed."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    def add(self, name: str, ok: bool, detail: str, problems: Iterable[Problem] = ()) -> None:
        """Record a check and its problems."""
        self._checks.append(Check(name, ok, detail, problems=tuple(problems)))

    def skipped(self, name: str, why: str) -> None:
        """Record a check that was not made, and why. It counts as failed."""
        self._checks.append(Check(name, ok=False, detail=f"not checked: {why}", made=False))

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks recorded so far."""
        return tuple(self._checks)

    @property
    def ok(self) -> bool:
        """Whether every check passed. False if nothing was checked."""
        return bool(self._checks) and all(check.ok for check in self._checks)

    def as_json(self) -> dict[str, object]:
        """The result as JSON values."""
        return {"ok": self.ok, "checks": [check.as_json() for check in self._checks]}


def hash_as_given(text: str) -> str:
    """Normalise a SHA-256 that a person entered: capitals, spaces and colons do not matter.

    Args:
        text: a key's fingerprint, or a ledger's head.

    Returns:
        Its 64 hexadecimal digits.

    Raises:
        ValueError: it is not a SHA-256, so it could never match.
    """
    plain = "".join(text.lower().replace(":", " ").split())
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise ValueError(f"{text!r} is not the 64 hexadecimal digits of a SHA-256")
    return plain
