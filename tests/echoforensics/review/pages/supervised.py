"""A room that has something to supervise."""

from __future__ import annotations

from tests.echoforensics.review.pages.fake_room import FakeRoom


def fill(room: FakeRoom) -> None:
    """Have a room answer as one in which two people have worked."""
    people = [
        {"id": "p1", "name": "ann", "display": "Ann Example", "role": "supervisor", "active": True,
         "second": ["totp"], "last": 1_764_400_000_000},
        {"id": "p2", "name": "bob", "display": "Bob Other", "role": "reviewer", "active": True, "second": [],
         "last": None},
    ]  # fmt: skip
    opinion = {"who": "Ann Example", "codes": ["responsive"], "notes": "", "transcript": []}
    other = {
        "who": "Bob Other", "codes": ["responsive", "privileged"], "notes": "a lawyer?",
        "transcript": [{"from": 0.5, "to": 1.0, "text": "call my lawyer", "unsure": []}],
    }  # fmt: skip
    redaction = {
        "id": "r1", "item": "c1", "about": "EF-0000001", "queue": "q1", "ranges": [[0.5, 1.25]], "reason": "private",
        "with": "silence", "asked_by": "Bob Other", "at": 1_764_400_000_000, "state": "asked", "decided_by": None,
        "note": None, "mine": False,
    }  # fmt: skip
    figures = [
        {"code": "responsive", "items": 12, "kappa": 0.8, "low": 0.5, "high": 1.0},
        {"code": "privileged", "items": 12, "kappa": None, "low": None, "high": None},
    ]
    room.answers.update(
        {
            "/api/people": {"people": people, "link": "/set-up/new"},
            "/api/people/p2/link": {"link": "/set-up/new"},
            "/api/plan": {
                "people": [
                    {"name": "ann", "display": "Ann Example", "open": 3, "taken": 1, "done": 40, "distress": 2,
                     "hour": 118.4},
                    {"name": "bob", "display": "Bob Other", "open": 0, "taken": 0, "done": 0, "distress": 0,
                     "hour": None},
                ],
                "queues": [{"id": "q1", "name": "Kitchen", "open": 3, "taken": 1, "done": 40, "second": 4}],
                "spread": "Ann Example has heard 2 distressing clips, Bob Other none.",
            },
            "/api/agreement": {
                "codes": figures,
                "pairs": [{"people": ["Ann Example", "Bob Other"], **figures[0], "kappa": 0.75, "low": 0.4}],
            },
            "/api/disagreements": {
                "disagreements": [
                    {"id": "d1", "item": "c1", "queue": "q1", "title": "EF-0000001", "opinions": [opinion, other],
                     "settled": None},
                    {"id": "d2", "item": "c2", "queue": "q1", "title": "EF-0000002", "opinions": [other, opinion],
                     "settled": {"codes": ["responsive"], "note": "no lawyer", "by": "Ann Example"}},
                ]
            },
            "/api/redactions": {
                "redactions": [redaction, {**redaction, "id": "r2", "about": "EF-0000002", "mine": True},
                               {**redaction, "id": "r3", "state": "approved", "decided_by": "Ann Example",
                                "note": "yes"}]
            },
            "/api/close": {"cases": [{"case": "Demo case", "exhibits": 12, "known": 3, "redactions": 1}]},
            "/api/audit": {
                "events": [
                    {"number": 2, "at": 1_764_400_001_000, "who": "bob", "what": "play", "about": "c1",
                     "details": {"from": 0, "to": 1.5, "<img src=x>": "x"}},
                    {"number": 1, "at": 1_764_400_000_000, "who": "ann", "what": "sign in", "about": "", "details": {}},
                ],
                "intact": True, "next": None,
            },
        }
    )  # fmt: skip
