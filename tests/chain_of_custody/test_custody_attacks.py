"""What somebody without the key can do to a ledger, and that it shows."""

from __future__ import annotations

import base64
import hashlib
import json
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from Crypto.Util.asn1 import DerSequence
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chain_of_custody import LedgerError, LedgerReport, SigningKey, canonical, entry, keys, read_ledger, verify_ledger

Lines = list[bytes]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacks") / "custody.jsonl"


@pytest.fixture(scope="module")
def check(scratch: Path) -> Callable[[bytes], LedgerReport]:
    def check(content: bytes) -> LedgerReport:
        scratch.write_bytes(content)
        return verify_ledger(scratch)

    return check


def assert_no_line_was_changed(report: LedgerReport, scratch: Path, good: bytes) -> None:
    """A ledger may pass only if every complete line in it is the good ledger's, from the first on."""
    content = scratch.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if report.ok:
        assert whole
        assert good.startswith(whole)
        assert report.torn_tail == len(content) - len(whole)
    known = (good.count(b"\n"), sha256(good.splitlines()[-1]))
    if verify_ledger(scratch, known=known).ok:
        assert whole == good


@st.composite
def changed_bytes(draw: st.DrawFn, size: int) -> tuple[str, int, int]:
    kind = draw(st.sampled_from(["change", "insert", "delete"]))
    return kind, draw(st.integers(0, size - 1)), draw(st.integers(0, 255))


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_any_change_of_one_byte_shows(
    good: bytes, scratch: Path, check: Callable[[bytes], LedgerReport], data: st.DataObject
) -> None:
    kind, at, value = data.draw(changed_bytes(len(good)))
    inserted = b"" if kind == "delete" else bytes([value])
    changed = good[:at] + inserted + good[at if kind == "insert" else at + 1 :]
    report = check(changed)
    assert_no_line_was_changed(report, scratch, good)
    if kind == "change" and changed != good:
        assert not report.ok


def test_any_change_of_a_byte_in_the_last_line_shows(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    start = good.rindex(b"\n", 0, -1) + 1
    for at in range(start, len(good)):
        changed = good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :]
        assert not check(changed).ok, at


def test_any_change_of_a_byte_in_the_first_line_shows(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    for at in range(0, good.index(b"\n") + 1, 2):
        changed = good[:at] + bytes([good[at] ^ 0x04]) + good[at + 1 :]
        assert not check(changed).ok, at


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=8))
@example([(True, line) for line in range(5)])
@settings(max_examples=120, deadline=None)
def test_lines_taken_out_moved_doubled_or_mixed_with_another_ledger_show(
    good: bytes,
    forged: bytes,
    key: SigningKey,
    scratch: Path,
    check: Callable[[bytes], LedgerReport],
    order: list[tuple[bool, int]],
) -> None:
    ours, theirs = good.splitlines(keepends=True), forged.splitlines(keepends=True)
    content = b"".join((ours if mine else theirs)[line] for mine, line in order)
    report = check(content)
    if content and forged.startswith(content):
        # Whole, but under a key that is not the examiner's.
        assert report.ok
        assert not verify_ledger(scratch, expected_fingerprint=key.public.fingerprint).ok
    else:
        assert_no_line_was_changed(report, scratch, good)
        assert report.ok == (bool(content) and good.startswith(content))


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3000))
@settings(max_examples=50, deadline=None)
def test_bytes_cut_out_or_off_show(
    good: bytes, scratch: Path, check: Callable[[bytes], LedgerReport], first: int, last: int, cut: int
) -> None:
    lines = good.splitlines(keepends=True)
    assert_no_line_was_changed(check(b"".join(lines[:first] + lines[last:])), scratch, good)
    assert_no_line_was_changed(check(good[: len(good) - cut]), scratch, good)


@given(st.binary(max_size=300))
@settings(max_examples=120, deadline=None)
def test_arbitrary_bytes_are_no_ledger(check: Callable[[bytes], LedgerReport], content: bytes) -> None:
    assert not check(content).ok


def test_lines_cut_off_the_end_show_only_against_what_was_kept(scratch: Path, good: bytes) -> None:
    lines = good.splitlines(keepends=True)
    head = sha256(lines[4][:-1])
    scratch.write_bytes(b"".join(lines[:3]))
    assert verify_ledger(scratch).ok
    report = verify_ledger(scratch, known=(5, head))
    assert report.failures == ("the ledger has 3 lines; at least 5 were expected",)
    report = verify_ledger(scratch, known=(3, head))
    assert report.failures == (f"line 3: its hash is not the one kept before, {head}",)
    assert not verify_ledger(scratch, known=(-1, head)).ok
    assert not verify_ledger(scratch, known=(0, head)).ok


def edit(line: bytes, **changes: object) -> bytes:
    """A line that says something else, its signature left as it was."""
    value = json.loads(line)
    value["entry"].update(changes)
    return canonical(value)


def rechain(lines: Lines, key: SigningKey | None) -> bytes:
    """The lines with every hash and number set right, as an attacker would; signed with a key, or left as it is."""
    prev, out = "0" * 64, []
    for seq, line in enumerate(lines):
        value = json.loads(line)
        value["entry"].update(prev=prev, seq=seq)
        written = canonical(value) if key is None else entry.build_line(value["entry"], key)
        out.append(written + b"\n")
        prev = sha256(written)
    return b"".join(out)


def test_a_ledger_hashed_anew_without_the_key_shows(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    lines = good.splitlines()
    lines[2] = edit(lines[2], actor="Somebody else")
    report = check(rechain(lines, None))
    assert report.failures == tuple(f"line {n}: the signature does not match the entry" for n in (3, 4, 5))


def test_a_ledger_signed_anew_with_another_key_shows_by_its_fingerprint(
    scratch: Path, forged: bytes, key: SigningKey, other_key: SigningKey
) -> None:
    scratch.write_bytes(forged)
    assert verify_ledger(scratch).ok
    report = verify_ledger(scratch, expected_fingerprint=key.public.fingerprint)
    wanted = f"line 1: the ledger's key is {other_key.public.fingerprint}, not {key.public.fingerprint}"
    assert report.failures == (wanted,)


def test_an_unsigned_ledger_can_be_written_anew_and_is_never_taken_for_a_signed_one(
    scratch: Path, unsigned: bytes, key: SigningKey
) -> None:
    lines = unsigned.splitlines()
    lines[2] = edit(lines[2], actor="Somebody else")
    scratch.write_bytes(rechain(lines, None))
    report = verify_ledger(scratch)
    assert (report.ok, report.signed, report.fingerprint) == (True, False, None)
    report = verify_ledger(scratch, expected_fingerprint=key.public.fingerprint)
    assert report.failures == (f"line 1: the ledger's key is none, not {key.public.fingerprint}",)
    known = (5, sha256(unsigned.splitlines()[-1]))
    assert not verify_ledger(scratch, known=known).ok


def after(good: bytes, key: SigningKey, **changes: object) -> bytes:
    """A sixth line, well signed with ``key``, that would be right but for the changes."""
    lines = good.splitlines()
    wanted: dict[str, object] = {**json.loads(lines[-1])["entry"], "prev": sha256(lines[-1]), "seq": 5, **changes}
    return good + entry.build_line(wanted, key) + b"\n"


def test_the_sixth_line_is_right_when_nothing_is_changed(
    good: bytes, key: SigningKey, check: Callable[[bytes], LedgerReport]
) -> None:
    assert check(after(good, key)).ok


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"seq": 6}, "the sequence number is 6, where 5 is due"),
        ({"seq": True}, "the sequence number is not a number from 0"),
        ({"seq": "5"}, "the sequence number is not a number from 0"),
        ({"seq": -5}, "the sequence number is not a number from 0"),
        ({"prev": "0" * 64}, "the entry does not name the hash of the line before"),
        ({"prev": "A" * 64}, "the hash of the line before is not a SHA-256"),
        ({"prev": None}, "the hash of the line before is not a SHA-256"),
        ({"time": "2026-11-23T04:00:00Z"}, "the time is not a UTC time with microseconds"),
        ({"time": "2026-11-23T04:00:00.123456+00:00"}, "the time is not a UTC time with microseconds"),
        ({"time": "2026-02-30T04:00:00.123456Z"}, "the time is not a UTC time with microseconds"),
        ({"time": "2026-11-23T24:00:00.000000Z"}, "the time is not a UTC time with microseconds"),
        ({"time": "２026-11-23T04:00:00.123456Z"}, "the time is not a UTC time with microseconds"),
        ({"time": 1_700_000_000}, "the time is not a UTC time with microseconds"),
        ({"action": 1}, "the action is not text"),
        ({"action": ""}, "the action is not text"),
        ({"actor": ["A"]}, "the actor is not text"),
        ({"detail": []}, "the detail is not an object"),
        ({"detail": None}, "the detail is not an object"),
        ({"more": 1}, "the entry does not have exactly the parts of an entry"),
    ],
)
def test_a_wrong_entry_shows_even_if_it_is_well_signed(
    good: bytes, key: SigningKey, check: Callable[[bytes], LedgerReport], changes: dict[str, object], failure: str
) -> None:
    assert check(after(good, key, **changes)).failures == (f"line 6: {failure}",)


def test_signatures_that_are_missing_of_another_key_or_of_another_entry(
    good: bytes, key: SigningKey, other_key: SigningKey, check: Callable[[bytes], LedgerReport]
) -> None:
    assert check(after(good, other_key)).failures == ("line 6: the entry is signed with another key than the ledger's",)
    line = json.loads(after(good, key).splitlines()[-1])
    another = json.loads(after(good, other_key).splitlines()[-1])["sig"]
    earlier = json.loads(good.splitlines()[-1])["sig"]
    cases: list[tuple[dict[str, object], str]] = [
        ({"keyid": None, "sig": None}, "the entry is not signed"),
        ({"sig": None}, "the key or the signature is missing"),
        ({"keyid": None}, "the key or the signature is missing"),
        ({"keyid": key.public.fingerprint.upper()}, "the keyid is not a fingerprint"),
        ({"keyid": 1}, "the keyid is not a fingerprint"),
        ({"keyid": other_key.public.fingerprint}, "the entry is signed with another key than the ledger's"),
        ({"sig": another}, "the signature does not match the entry"),
        ({"sig": earlier}, "the signature does not match the entry"),
        ({"sig": ""}, "the signature does not match the entry"),
        ({"sig": f"{line['sig']}\n"}, "the signature is not well-formed base64 text"),
        ({"sig": line["sig"].rstrip("=")}, "the signature is not well-formed base64 text"),
        ({"sig": "é"}, "the signature is not well-formed base64 text"),
        ({"sig": 1}, "the signature is not well-formed base64 text"),
        ({"sig": "MEUC="}, "the signature is not well-formed base64 text"),
        ({"sig": "MEV="}, "the signature is not well-formed base64 text"),
        ({"more": 1}, "not an object of entry, keyid and sig"),
    ]
    for changes, failure in cases:
        report = check(good + canonical({**line, **changes}) + b"\n")
        assert report.failures == (f"line 6: {failure}",), changes


def test_the_second_signature_anyone_can_make_out_of_a_first_shows(
    good: bytes, key: SigningKey, check: Callable[[bytes], LedgerReport]
) -> None:
    line = json.loads(good.splitlines()[-1])
    r, s = keys._numbers(base64.b64decode(line["sig"]))
    high = bytes(DerSequence([r, keys._ORDER - s]).encode())
    line["sig"] = base64.b64encode(high).decode()
    content = good[: good.rindex(b"\n", 0, -1) + 1] + canonical(line) + b"\n"
    assert check(content).failures == ("line 5: the signature is not in the form a ledger's signatures have",)


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        (b"", "not JSON"),
        (b"\r", "not JSON"),
        (b"not a line", "not JSON"),
        (b"\xff\xfe", "not UTF-8 text"),
        (b"[]", "not an object of entry, keyid and sig"),
        (b"null", "not an object of entry, keyid and sig"),
        (b'{"entry":{},"keyid":null,"sig":null}', "the entry does not have exactly the parts of an entry"),
        (b'{"entry":[],"keyid":null,"sig":null}', "the entry does not have exactly the parts of an entry"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "not JSON"),
        (b"0.5", "not canonical JSON: a float has no canonical text; give an integer or text"),
        (b"NaN", "not canonical JSON: a float has no canonical text; give an integer or text"),
        (b"-0", "not canonical JSON: the same could be written in another way"),
        (b'"\\ud800"', "not canonical JSON: text with half a surrogate pair cannot be written as UTF-8"),
        (b'{"a":1,"a":1}', "not canonical JSON: the same could be written in another way"),
    ],
)
def test_a_line_that_is_no_entry_shows(
    good: bytes, scratch: Path, check: Callable[[bytes], LedgerReport], line: bytes, failure: str
) -> None:
    assert check(good + line + b"\n").failures == (f"line 6: {failure}",)
    with pytest.raises(LedgerError) as caught:
        list(read_ledger(scratch))
    assert str(caught.value) == f"line 6: {failure}"


def test_the_same_stated_in_another_way_shows(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    head, last = good[: good.rindex(b"\n", 0, -1) + 1], good.splitlines()[-1]
    value = json.loads(last)
    ways = {
        "a space": last.replace(b'"seq":4', b'"seq": 4'),
        "a space at the end": last + b" ",
        "a carriage return": last + b"\r",
        "keys in another order": json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode(),
        "escapes": last.replace(b'"actor":"A', b'"actor":"\\u0041'),
        "a key twice": last.replace(b'"keyid"', b'"keyid":null,"keyid"'),
    }
    for name, line in ways.items():
        assert json.loads(line) == value, name
        failures = check(head + line + b"\n").failures
        assert failures == ("line 5: not canonical JSON: the same could be written in another way",), name


@pytest.mark.parametrize(
    ("detail", "failure"),
    [
        ({}, "the first entry does not say whether the ledger is signed, and with what key"),
        ({"signed": True}, "the first entry does not say whether the ledger is signed, and with what key"),
        ({"signed": 1, "public_key": None}, "the first entry does not say whether the ledger is signed"),
        ({"signed": True, "public_key": None}, "the first entry does not say whether the ledger is signed"),
        ({"signed": False}, "the first entry does not say whether the ledger is signed, and with what key"),
        ({"signed": False, "public_key": None}, "the entry is signed, in a ledger that says it is not"),
        ({"signed": True, "public_key": "no key"}, "the ledger's key: not a public key in PEM"),
        (
            {"signed": True, "public_key": keys.PublicKey.from_pem},
            "the ledger's key: not an ECDSA P-256 public key: no coordinates of a point",
        ),
    ],
)
def test_a_first_entry_that_names_no_key_shows(
    good: bytes,
    key: SigningKey,
    check: Callable[[bytes], LedgerReport],
    detail: dict[str, object],
    failure: str,
) -> None:
    if callable(detail.get("public_key")):
        # The neutral point: under it, anyone can sign.
        neutral = base64.b64encode(key.public.der[:27] + bytes(64)).decode()
        detail = {"signed": True, "public_key": f"-----BEGIN PUBLIC KEY-----\n{neutral}\n-----END PUBLIC KEY-----"}
    lines = good.splitlines()
    lines[0] = edit(lines[0], detail=detail)
    report = check(rechain(lines, key))
    assert not report.ok
    assert report.failures[0].startswith(f"line 1: {failure}")
    assert report.fingerprint is None


def test_a_first_line_that_is_gone_shows(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    report = check(good[good.index(b"\n") + 1 :])
    assert report.failures[:4] == (
        "line 1: the sequence number is 1, where 0 is due",
        "line 1: the entry does not name the hash of no line, as the first entry must",
        "line 1: the first entry does not say whether the ledger is signed, and with what key",
        "line 1: the signature cannot be checked: the first entry names no key",
    )
    assert (report.signed, report.fingerprint) == (False, None)


def test_a_line_that_is_no_entry_does_not_hide_the_next(good: bytes, check: Callable[[bytes], LedgerReport]) -> None:
    lines = good.splitlines(keepends=True)
    report = check(b"".join([*lines[:2], b"\n", *lines[2:]]))
    assert report.failures == (
        "line 3: not JSON",
        "line 4: the sequence number is 2, where 3 is due",
        "line 4: the entry does not name the hash of the line before",
    )


def test_failures_and_work_are_bounded(check: Callable[[bytes], LedgerReport]) -> None:
    report = check(b"\n" * 1_000_000)
    assert len(report.failures) == 101
    assert report.failures[-1] == "too much is wrong; the rest of the ledger was not checked"
    assert report.length == 100


def test_a_line_without_end_is_not_read_into_memory(scratch: Path) -> None:
    with scratch.open("wb") as stream:
        stream.write(b'{"entry":{"action":"')
        stream.truncate(8 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = verify_ledger(scratch)
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    scratch.unlink()
    assert report.failures == (
        "line 1: longer than 16777216 bytes; nothing from here on was checked",
        "the ledger holds no complete entry",
    )
    assert report.torn_tail == (16 << 20) + 1
    assert used < 100 << 20
