"""A room that has something to supervise."""

from __future__ import annotations

from typing import Any

from tests.echoforensics.review.pages.fake_room import FakeRoom

_NOW = 1_764_400_000_000
_PEOPLE: list[dict[str, Any]] = [
    {"id": "p1", "name": "ann", "display": "Ann Example", "role": "supervisor", "active": True, "second": ["totp"],
     "last": _NOW},
    {"id": "p2", "name": "bob", "display": "Bob Other", "role": "reviewer", "active": True, "second": [], "last": None},
]  # fmt: skip
_ONE = {"who": "Ann Example", "codes": ["responsive"], "notes": "", "transcript": []}
_OTHER = {
    "who": "Bob Other", "codes": ["responsive", "privileged"], "notes": "a lawyer?",
    "transcript": [{"from": 0.5, "to": 1.0, "text": "call my lawyer", "unsure": []}],
}  # fmt: skip
_REDACTION = {
    "id": "r1", "item": "c1", "about": "EF-0000001", "queue": "q1", "ranges": [[0.5, 1.25]], "reason": "private",
    "with": "silence", "asked_by": "Bob Other", "at": _NOW, "state": "asked", "decided_by": None, "note": None,
    "mine": False,
}  # fmt: skip
_FIGURES = [
    {"code": "responsive", "items": 12, "kappa": 0.8, "low": 0.5, "high": 1.0},
    {"code": "privileged", "items": 12, "kappa": None, "low": None, "high": None},
]
_PLAN = {
    "people": [
        {"name": "ann", "display": "Ann Example", "open": 3, "taken": 1, "done": 40, "distress": 2, "hour": 118.4},
        {"name": "bob", "display": "Bob Other", "open": 0, "taken": 0, "done": 0, "distress": 0, "hour": None},
    ],
    "queues": [{"id": "q1", "name": "Kitchen", "open": 3, "taken": 1, "done": 40, "second": 4}],
    "spread": "Ann Example 2, Bob Other 0.",
}
_DISAGREEMENTS = [
    {"id": "d1", "item": "c1", "queue": "q1", "title": "EF-0000001", "opinions": [_ONE, _OTHER], "settled": None},
    {"id": "d2", "item": "c2", "queue": "q1", "title": "EF-0000002", "opinions": [_OTHER, _ONE],
     "settled": {"codes": ["responsive"], "note": "no lawyer", "by": "Ann Example"}},
]  # fmt: skip
_REDACTIONS = [
    _REDACTION, {**_REDACTION, "id": "r2", "about": "EF-0000002", "mine": True},
    {**_REDACTION, "id": "r3", "state": "approved", "decided_by": "Ann Example", "note": "yes"},
]  # fmt: skip
_EVENTS = [
    {"number": 2, "at": _NOW + 1000, "who": "bob", "what": "play", "about": "c1",
     "details": {"from": 0, "to": 1.5, "<img src=x>": "x"}},
    {"number": 1, "at": _NOW, "who": "ann", "what": "log-in", "about": "", "details": {}},
]  # fmt: skip


def fill(room: FakeRoom) -> None:
    """Have a room answer as one in which two people have worked."""
    pair = {"people": ["Ann Example", "Bob Other"], **_FIGURES[0], "kappa": 0.75, "low": 0.4}
    room.answers.update(
        {
            "/api/people": {"people": _PEOPLE, "link": "/set-up/new"},
            "/api/people/p2/link": {"link": "/set-up/new"},
            "/api/plan": _PLAN,
            "/api/agreement": {"codes": _FIGURES, "pairs": [pair]},
            "/api/disagreements": {"disagreements": _DISAGREEMENTS},
            "/api/redactions": {"redactions": _REDACTIONS},
            "/api/close": {"cases": [{"case": "Demo case", "exhibits": 12, "known": 3, "redactions": 1}]},
            "/api/audit": {"events": _EVENTS, "intact": True, "next": None},
        }
    )
