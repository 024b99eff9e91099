"""The result of checking something: every check by name, passed, failed or not made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it should be.

    Attributes:
        file: what it is about: the name of a file, or of a line in one.
        expected: what should be there.
        found: what is there.
        meaning: what that shows, a sentence.
    """

    file: str
    expected: str
    found: str
    meaning: str

    def __str__(self) -> str:
        return f"{self.file}: expected {self.expected}; found {self.found}. {self.meaning}"

    def as_json(self) -> dict[str, str]:
        """The problem, made of what JSON can hold."""
        return {"file": self.file, "expected": self.expected, "found": self.found, "meaning": self.meaning}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, or was to be.

    Attributes:
        name: what was checked.
        ok: whether it passed.
        detail: one sentence on what was found.
        made: whether the check was made. One that was not counts as failed.
        problems: each thing that is wrong, where the check tells them apart.
    """

    name: str
    ok: bool
    detail: str
    made: bool = True
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The check, made of what JSON can hold."""
        plain: dict[str, object] = {"name": self.name, "ok": self.ok, "made": self.made, "detail": self.detail}
        if self.problems:
            plain["problems"] = [problem.as_json() for problem in self.problems]
        return plain


class Verification:
    """Checks, in the order they were made. A check that could not be made counts as one that failed."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    def add(self, name: str, ok: bool, detail: str, problems: Iterable[Problem] = ()) -> None:
        """Record a check that was made, and each thing that it found wrong."""
        self._checks.append(Check(name, ok, detail, problems=tuple(problems)))

    def skipped(self, name: str, why: str) -> None:
        """Record a check that was not made, and why: it counts as failed."""
        self._checks.append(Check(name, ok=False, detail=f"not checked: {why}", made=False))

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check recorded so far."""
        return tuple(self._checks)

    @property
    def ok(self) -> bool:
        """Whether every check passed. False if nothing was checked."""
        return bool(self._checks) and all(check.ok for check in self._checks)

    def as_json(self) -> dict[str, object]:
        """The outcome, made of what JSON can hold."""
        return {"ok": self.ok, "checks": [check.as_json() for check in self._checks]}


def hash_as_given(text: str) -> str:
    """A SHA-256 that a person gave: capitals, spaces and colons within it do not matter.

    Args:
        text: the fingerprint of a key, or the head of a ledger.

    Returns:
        Its 64 hexadecimal digits.

    Raises:
        ValueError: it is something else. Compared as it is, it could match nothing.
    """
    plain = "".join(text.lower().replace(":", " ").split())
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise ValueError(f"{text!r} is not the 64 hexadecimal digits of a SHA-256")
    return plain
