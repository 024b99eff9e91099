from __future__ import annotations

import json

from chain_of_custody import Check, Verification


def test_checks_that_pass() -> None:
    verification = Verification()
    verification.add("ledger", True, "5 entries")
    verification.add("exhibits", True, "3 digests match")
    assert verification.ok
    assert verification.checks == (Check("ledger", True, "5 entries"), Check("exhibits", True, "3 digests match"))
    assert json.loads(json.dumps(verification.as_json())) == {
        "ok": True,
        "checks": [
            {"name": "ledger", "ok": True, "made": True, "detail": "5 entries"},
            {"name": "exhibits", "ok": True, "made": True, "detail": "3 digests match"},
        ],
    }


def test_one_failure_fails_the_whole() -> None:
    verification = Verification()
    verification.add("ledger", False, "line 3 was edited")
    verification.add("exhibits", True, "")
    assert not verification.ok
    assert verification.as_json()["ok"] is False


def test_a_check_that_was_skipped_fails() -> None:
    verification = Verification()
    verification.add("ledger", True, "")
    verification.skipped("timestamp", "no network")
    assert not verification.ok
    assert verification.checks[1] == Check("timestamp", False, "not checked: no network", made=False)


def test_nothing_checked_is_not_ok() -> None:
    assert not Verification().ok
