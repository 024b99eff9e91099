"""What a line of the ledger says, in a sentence; whatever it holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_of_custody.entry import LedgerEntry
from echoforensics.case.custody import ledger_words
from echoforensics.case.custody.ledger_words import line_words
from echoforensics.key_record import key_words

A = "ab" * 32


def line(action: str, **detail: object) -> LedgerEntry:
    return LedgerEntry(1, "2026-11-28T20:00:00.000000Z", action, "A. Examiner", detail, "0" * 64, None, None, "1" * 64)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (line("ledger created", signed=True),
         "The ledger was begun; every line is signed with the key that this one names."),
        (line("ledger created", signed=False), "The ledger was begun; it is UNSIGNED."),
        (
            line("extraction begun", tool="echoforensics 1", host="lab", system="Linux", python="3.12", examiner="A",
                 key={"provisional": True}, clock={"synchronised": True, "source": "chrony", "offset_us": -5}),
            "The extraction was begun with echoforensics 1 on the computer lab (Linux, Python 3.12). Examiner: A."
            " The computer's clock was synchronised, according to chrony; offset -5 microseconds as last measured."
            " PROVISIONAL: this program made the key on first use, and no examiner has put a name to it"
            " (`echoforensics key name`).",
        ),
        (
            line("source taken in", evidence="echo.img", location="/e/echo.img", kind="raw image", size=7, sha256=A,
                 md5="cd"),
            f"echo.img was taken in from /e/echo.img (raw image, 7 bytes). SHA-256: {A}. MD5: cd.",
        ),
        (line("source given again", evidence="e", location="/x/e2", sha256=A),
         "/x/e2 was given: it has the bytes of e, which the case has already, and was not taken in again."
         f" SHA-256: {A}."),
        (line("source given again", evidence="e", sha256=A),
         "A source was given: it has the bytes of e, which the case has already, and was not taken in again."
         f" SHA-256: {A}."),
        (line("source read", evidence="e", entries=1, records=2, rows=3, issues=0),
         "e was read to its end: 1 entry, 2 records, 3 rows, 0 issues."),
        (line("source hashed again", evidence="e", unchanged=False, sha256=A),
         f"e was hashed again: it has CHANGED. SHA-256: {A}."),
        (line("source skipped", source="x", why="it is damaged"), "x was skipped: it is damaged."),
        (line("sealed", database={"sha256": A}), f"The case was sealed. SHA-256 of its database: {A}."),
        (line("exported", name="t.csv", format="csv", sha256=A),
         f"t.csv was written from the case as csv, SHA-256 {A}."),
        (
            line("exported", name="b.zip", format="bundle", signed_list=A, only=["EF-1"], left_out=9,
                 encrypted_to=["age1x"], timestamps=[{"authority": "CN=T", "time": "2026-11-28T20:00:01Z"}]),
            f"b.zip was written from the case as bundle, SHA-256 of its signed list {A}. It holds a part of the case,"
            " and 9 rows, records and recordings are left out. It is encrypted to age1x. CN=T stamped it at"
            " 2026-11-28T20:00:01Z.",
        ),
        (line("artefacts dropped", artefacts=[{}], reason="privilege"),
         "1 file removed from the case, with what was read from it. Reason: privilege."),
        (line("findings added", count=2, exhibits=["EF-1", "EF-2"]),
         "2 records of machines or people were added to the case (EF-1 to EF-2), beside the evidence."),
        (line("findings added", count=1, exhibits=["EF-3", "EF-3"]),
         "1 record of a machine or a person was added to the case (EF-3), beside the evidence."),
        (line("case added", part="/p", evidence=["a", "b"], length=5, head=A, fingerprint=None),
         f"The case /p was added, with a, b. Its ledger had 5 lines and the head {A}; key: none."),
        (line("tree recorded", size=3, root=A),
         "The root of the tree over all 3 rows, records and recordings was recorded, by which a part of the case can be"
         f" checked: {A}."),
        (line("key named", key={"name": "A. Examiner", "certificate": {"subject": "CN=A"}}),
         "The key is named as that of A. Examiner; certified for CN=A."),
        (line("handed over", statement={"from": "A", "to": "B", "purpose": "p"}, giver={}, receiver=None),
         "The case was handed over by A to B. Purpose: p. The statement is signed by nobody; the receiver's signature"
         " is not in this line."),
        (line("hand-over received", receiver={"keyid": A}), f"The receiver's signature was added, with the key {A}."),
        (line("matter described", request="look at it", nothing=""), "Matter described. request: look at it."),
        (line("something else", a_b=1), "Something else. a b: 1."),
        (line("sealed", recovered_tail={"bytes": 9}),
         "The case was sealed. Before that, a line of 9 bytes that was cut off was removed."),
    ],
)  # fmt: skip
def test_every_action_has_a_sentence(entry: LedgerEntry, words: str) -> None:
    assert line_words(entry) == words


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
NAMES = (
    "key", "clock", "statement", "giver", "receiver", "database", "exhibits", "evidence", "artefacts", "timestamps",
    "encrypted_to", "only", "entries", "recovered_tail", "digest_list", "certificate", "provisional", "name", "signed",
)  # fmt: skip


@given(st.sampled_from([*ledger_words._SENTENCES, "other"]), st.dictionaries(st.sampled_from(NAMES), VALUES))
@settings(max_examples=300)
def test_whatever_a_line_holds_it_is_read(action: str, detail: dict[str, Any]) -> None:
    assert line_words(line(action, **detail))


def test_a_long_line_is_shortened() -> None:
    assert len(line_words(line("other", text="x" * 100_000))) == 2001


def test_a_certificate_alone() -> None:
    assert key_words({"certificate": {"subject": "CN=A"}}) == "the key is certified for CN=A"
    assert key_words({}) == ""
