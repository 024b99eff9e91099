"""Checks a ledger line by line and reports the result."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from chain_of_custody.entry import (
    MAX_LINE,
    NO_LINE,
    PAYLOAD_TYPE,
    LedgerEntry,
    LedgerError,
    is_torn,
    parse_line,
    read_lines,
)
from chain_of_custody.envelope import verify as verify_envelope
from chain_of_custody.keys import KeyFileError, PublicKey, is_normal
from chain_of_custody.open_flags import open_regular

#: Replaces a line that a partial copy of a ledger omits: the SHA-256 of that line, without its newline.
_LEFT_OUT = re.compile(rb'\{"left_out":"([0-9a-f]{64})"\}\n')

#: After this many failures the file is not a ledger, and the rest is not checked.
MAX_FAILURES = 100


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The result of checking a ledger.

    Attributes:
        signed: whether the ledger says that it is signed. Anyone can rewrite an unsigned ledger.
        fingerprint: the fingerprint of the key that the ledger names as its own; None if it names none.
        length: the number of complete lines.
        head: hexadecimal SHA-256 of the last complete line, without its newline; 64 zeros if there is no line.
        torn_tail: the bytes after the last complete line, which a killed writer may leave. They are not an entry, and
            nothing they say counts.
        failures: one sentence per failed check, naming the line. Empty if every check passed.
        grown: the number of lines after the expected hash; None if no hash was expected or it was not found.
        left_out: the number of lines replaced by their hashes; only in a partial copy. Their content was not checked.
    """

    signed: bool
    fingerprint: str | None
    length: int
    head: str
    torn_tail: int
    failures: tuple[str, ...]
    grown: int | None = None
    left_out: int = 0

    @property
    def ok(self) -> bool:
        """Whether every check was made and passed."""
        return not self.failures


class Chain:
    """The state of a ledger after the lines read so far.

    Attributes:
        length: the number of complete lines.
        size: the bytes in those lines, with their newlines.
        last_size: the bytes in the last line, with its newline.
        head: hexadecimal SHA-256 of the last line.
        signed: whether the first entry says that the ledger is signed; None before it is read.
        public: the key that the first entry names.
        torn: the bytes after the last newline.
        failures: the failures found.
        left_out: the number of lines that are only hashes.
    """

    def __init__(self, signed_up_to: tuple[int, str] | None = None) -> None:
        """Start with an empty ledger.

        Args:
            signed_up_to: length and head of the ledger when every signature was last checked, from a statement signed
                with its key. Up to there, only the hashes are checked.
        """
        self._signed_up_to = signed_up_to or (0, NO_LINE)
        self.length = 0
        self.left_out = 0
        self.size = 0
        self.last_size = 0
        self.head = NO_LINE
        self.signed: bool | None = None
        self.public: PublicKey | None = None
        self.torn = b""
        self.failures: list[str] = []
        self._next_seq = 0

    @property
    def given_up(self) -> bool:
        """Whether there are too many failures to continue."""
        return len(self.failures) >= MAX_FAILURES

    def feed(self, raw: bytes) -> None:
        """Take the next line with its newline, or the bytes after the last newline."""
        if not raw.endswith(b"\n"):
            self._take_tail(raw)
            return
        line = raw[:-1]
        try:
            entry = parse_line(line)
        except LedgerError as error:
            self._fail(str(error))
            self._next_seq += 1
        else:
            self._check(entry)
            self._next_seq = entry.seq + 1
        self.length += 1
        self.size += len(raw)
        self.last_size = len(raw)
        self.head = hashlib.sha256(line).hexdigest()
        if self.length == self._signed_up_to[0] and self.head != self._signed_up_to[1]:
            self.failures.append(f"line {self.length}: its hash is not the one that was signed")

    def feed_partial(self, raw: bytes) -> None:
        """Take the next line of a partial copy: a line, or the hash that replaces it."""
        found = _LEFT_OUT.fullmatch(raw)
        if found is None:
            self.feed(raw)
            return
        if self.length == 0:
            self._fail("the first line is left out, which names the ledger's key")
        self.length += 1
        self.left_out += 1
        self._next_seq += 1
        self.head = found[1].decode("ascii")

    def report(self) -> LedgerReport:
        """Return what was found so far."""
        return LedgerReport(
            signed=bool(self.signed),
            fingerprint=self.public.fingerprint if self.public else None,
            length=self.length,
            head=self.head,
            torn_tail=len(self.torn),
            failures=tuple(self.failures),
            left_out=self.left_out,
        )

    def _fail(self, what: str) -> None:
        self.failures.append(f"line {self.length + 1}: {what}")

    def _take_tail(self, raw: bytes) -> None:
        self.torn = raw
        if len(raw) > MAX_LINE:
            self._fail(f"longer than {MAX_LINE} bytes; nothing from here on was checked")
        elif not is_torn(raw):
            self._fail("the file ends in bytes that are not the beginning of an entry")

    def _check(self, entry: LedgerEntry) -> None:
        if entry.seq != self._next_seq:
            self._fail(f"the sequence number is {entry.seq}, where {self._next_seq} is due")
        if entry.prev != self.head:
            before = "the line before" if self.length else "no line, as the first entry must"
            self._fail(f"the entry does not name the hash of {before}")
        if self.length == 0:
            self._begin(entry)
        self._check_signature(entry)

    def _begin(self, entry: LedgerEntry) -> None:
        """Read from the first entry whether the ledger is signed, and with which key."""
        signed, pem = entry.detail.get("signed"), entry.detail.get("public_key")
        if signed is False and "public_key" in entry.detail and pem is None:
            self.signed = False
        elif signed is True and isinstance(pem, str):
            self.signed = True
            try:
                self.public = PublicKey.from_pem(pem)
            except KeyFileError as error:
                self._fail(f"the ledger's key: {error}")
        else:
            self._fail("the first entry does not say whether the ledger is signed, and with what key")

    def _check_signature(self, entry: LedgerEntry) -> None:
        if entry.keyid is None or entry.signature is None:
            if self.signed is not False:
                self._fail("the entry is not signed")
        elif self.signed is False:
            self._fail("the entry is signed, in a ledger that says it is not")
        elif self.public is None:
            self._fail("the signature cannot be checked: the first entry names no key")
        elif entry.keyid != self.public.fingerprint:
            self._fail("the entry is signed with another key than the ledger's")
        elif self.length < self._signed_up_to[0]:
            return
        elif not verify_envelope(PAYLOAD_TYPE, entry.payload, entry.signature, self.public):
            self._fail("the signature does not match the entry")
        elif not is_normal(entry.signature):
            self._fail("the signature is not in the form a ledger's signatures have")


def verify(
    path: Path,
    *,
    expected_fingerprint: str | None = None,
    known: tuple[int, str] | None = None,
    expected_head: str | None = None,
    partial: bool = False,
) -> LedgerReport:
    """Check a ledger: the form, position, hash and signature of every line.

    Without ``expected_fingerprint``, this shows only that the ledger is intact under the key it names; anyone can make
    such a ledger with their own key. The ledger alone does not show that lines were cut off its end: pass ``known``,
    from wherever its length and head were kept.

    Args:
        path: the ledger. It is only read, one line at a time.
        expected_fingerprint: the fingerprint, in hexadecimal, of the key that must have signed it.
        known: length and head of the ledger at an earlier time. A ledger that has grown since then passes.
        expected_head: hexadecimal SHA-256 of a line that it must contain: its head at an earlier time.
        partial: whether hashes may replace lines (see :func:`left_out_line`). A replaced line is checked by the hash in
            the next line; of several in a row, only the last is checked.

    Returns:
        The report. Whatever the file holds, no content raises an exception.

    Raises:
        OSError: the file cannot be read.
    """
    with open_ledger(path) as stream:
        return verify_stream(
            stream,
            expected_fingerprint=expected_fingerprint,
            known=known,
            expected_head=expected_head,
            partial=partial,
        )


def verify_stream(
    stream: BinaryIO,
    *,
    expected_fingerprint: str | None = None,
    known: tuple[int, str] | None = None,
    expected_head: str | None = None,
    partial: bool = False,
) -> LedgerReport:
    """Check a ledger in an open stream, from its position on. See :func:`verify`."""
    chain = Chain()
    heads: dict[int, str] = {0: NO_LINE}
    grown: int | None = None
    for raw in read_lines(stream):
        (chain.feed_partial if partial else chain.feed)(raw)
        if known and chain.length == known[0]:
            heads[chain.length] = chain.head
        if expected_head is not None and raw.endswith(b"\n") and chain.head == expected_head.lower():
            grown = chain.length
        if chain.given_up:
            chain.failures.append("too much is wrong; the rest of the ledger was not checked")
            break
    if chain.length == 0:
        chain.failures.append("the ledger holds no complete entry")
    chain.failures += _other_than_expected(chain, expected_fingerprint, known, heads)
    if expected_head is not None and grown is None:
        given = expected_head or "that was given, which is empty"
        chain.failures.append(f"no line has the hash {given}: this is another ledger, or an older copy")
    report = chain.report()
    return report if grown is None else replace(report, grown=report.length - grown)


def _other_than_expected(
    chain: Chain, fingerprint: str | None, known: tuple[int, str] | None, heads: Mapping[int, str]
) -> Iterator[str]:
    """Describe how a ledger differs from what was known about it."""
    if fingerprint is not None:
        found = chain.public.fingerprint if chain.public else None
        if found != fingerprint.lower():
            wanted = fingerprint or "the empty fingerprint that was given"
            yield f"line 1: the ledger's key is {found or 'none'}, not {wanted}"
    if known and known[0] not in heads:
        yield f"the ledger has {chain.length} lines; at least {known[0]} were expected"
    elif known and heads[known[0]] != known[1].lower():
        yield f"line {known[0]}: its hash is not the one kept before, {known[1]}"


def left_out_line(line_hash: str) -> bytes:
    """Return what replaces an omitted line with this hash in a partial copy, with its newline."""
    return b'{"left_out":"%b"}\n' % line_hash.encode("ascii")


def read(path: Path, *, partial: bool = False) -> Iterator[LedgerEntry]:
    """Yield the entries of a ledger in order, one at a time.

    Checks the form of each line, but neither signatures nor the chain: see :func:`verify`. A torn end is skipped, and
    with ``partial`` so are hashes that replace lines.

    Raises:
        LedgerError: a line is not an entry. Earlier entries have already been yielded.
        OSError: the file cannot be read.
    """
    with open_ledger(path) as stream:
        yield from read_stream(stream, partial=partial)


def read_stream(stream: BinaryIO, *, partial: bool = False) -> Iterator[LedgerEntry]:
    """Yield the entries of a ledger in an open stream, from its position on. See :func:`read`."""
    for number, raw in enumerate(read_lines(stream), 1):
        if not raw.endswith(b"\n"):
            if len(raw) > MAX_LINE or not is_torn(raw):
                raise LedgerError(f"line {number}: not an entry")
            return
        if partial and _LEFT_OUT.fullmatch(raw):
            continue
        try:
            entry = parse_line(raw[:-1])
        except LedgerError as error:
            raise LedgerError(f"line {number}: {error}") from None
        yield entry


def open_ledger(path: Path) -> BinaryIO:
    """Open a ledger for reading. Raises OSError if it is not a file. Never blocks, for example on a named pipe."""
    return open_regular(path, follow=True)
