from __future__ import annotations

import gzip
import io
import tarfile
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.archives.tar_archive import TarArchive, is_tar
from echoforensics.evidence.entry import READ_ERRORS, Entry, EvidenceIssue
from echoforensics.evidence.limits import Budget, ExpansionLimitError

TEXT = b"one line of a log\n" * 100


def tar(*members: tuple[str, bytes], size: int | None = None) -> bytes:
    """A tar without its end; of the last member another size may be claimed."""
    out = b""
    for name, content in members:
        info = tarfile.TarInfo(name)
        last = size is not None and name == members[-1][0]
        info.size = size if last and size is not None else len(content)
        out += info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)
    return out


def sparse(name: str, size: int, at: int, content: bytes) -> bytes:
    """An old GNU sparse member: zeros but for some bytes."""
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[124:136] = f"{len(content):011o}\0".encode()
    header[257:265] = b"ustar  \0"
    header[386:410] = _number(at) + _number(len(content))
    header[483:495] = _number(size)
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + content + bytes(-len(content) % 512)


def _number(value: int) -> bytes:
    return b"\x80" + value.to_bytes(11, "big")


def forward_only(content: bytes) -> BinaryIO:
    return gzip.open(io.BytesIO(gzip.compress(content)))  # type: ignore[return-value]


def read(content: bytes, *, packed: bool = False, budget: Budget | None = None) -> list[tuple[str, bytes, str]]:
    """Each member's path, what can be read of it, and the error at its end; of an issue, no path and what it says."""
    found: list[tuple[str, bytes, str]] = []
    opener = (lambda: forward_only(content)) if packed else (lambda: io.BytesIO(content))
    for each in TarArchive(opener, budget or Budget(0)).entries():
        if isinstance(each, EvidenceIssue):
            found.append(("", b"", each.what))
            continue
        assert each.opener is not None
        got, error = b"", ""
        with each.opener() as stream:
            try:
                while piece := stream.read1(1000):  # type: ignore[attr-defined]
                    got += piece
            except READ_ERRORS as raised:
                error = str(raised)
        found.append((each.path, got, error))
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("claimed", [1 << 33, 1 << 62])
def test_member_that_claims_more_than_there_is(claimed: int, packed: bool) -> None:
    content = tar(("a", TEXT), ("messages", TEXT), size=claimed)[: 512 + 2048 + 512 + len(TEXT)]

    assert read(content, packed=packed) == [
        ("a", TEXT, ""),
        ("messages", TEXT, f"the archive ends within the member, {claimed - len(TEXT)} bytes before its end"),
        ("", b"", "the archive could not be read to its end: unexpected end of data"),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_damaged_header_in_the_middle_does_not_hide_what_follows(packed: bool) -> None:
    content = bytearray(tar(("a", TEXT), ("b", TEXT), ("c", TEXT)) + bytes(1024))
    content[512 + 2048] ^= 0xFF  # the name of b, which its header's checksum covers

    assert read(bytes(content), packed=packed) == [
        ("a", TEXT, ""),
        ("", b"", f"{512 + 2048} bytes from byte {512 + 2048} on belong to no member that can be read"),
        ("c", TEXT, ""),
    ]


def test_tars_that_were_joined_are_read_to_the_end() -> None:
    content = tar(("a", TEXT)) + bytes(10240) + tar(("b", TEXT)) + bytes(1024)

    assert read(content) == [("a", TEXT, ""), ("b", TEXT, "")]


def test_bytes_behind_the_end_are_reported() -> None:
    assert read(tar(("a", TEXT)) + bytes(1024) + b"x" * 700) == [
        ("a", TEXT, ""),
        ("", b"", f"700 bytes from byte {512 + 2048 + 1024} on belong to no member that can be read"),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_sparse_member_is_zeros_between_its_bytes(packed: bool) -> None:
    content = sparse("s", 5000, 1000, b"x" * 600) + tar(("b", TEXT)) + bytes(1024)

    assert read(content, packed=packed) == [("s", bytes(1000) + b"x" * 600 + bytes(3400), ""), ("b", TEXT, "")]


def test_sparse_member_is_bounded_by_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_FLOOR", 100_000)
    content = sparse("s", 200 << 30, (200 << 30) - 5, b"12345") + tar(("b", TEXT)) + bytes(1024)

    (path, got, error), after = read(content, budget=Budget(0))

    assert (path, len(got) <= 100_000, after) == ("s", True, ("b", TEXT, ""))
    assert error == "not read further: compressed data in this member expands beyond 100000 bytes"
    assert issubclass(ExpansionLimitError, READ_ERRORS)


def test_header_that_asks_for_too_much_is_not_followed() -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.size, info.type = 1 << 40, tarfile.GNUTYPE_LONGNAME

    assert read(info.tobuf(tarfile.GNU_FORMAT) + b"name\0") == [
        (
            "",
            b"",
            f"the archive could not be read to its end: a header at byte 512 says that it takes {1 << 40} bytes",
        )
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_member_is_opened_again_by_its_address(packed: bool) -> None:
    content = tar(("a", TEXT), ("b", TEXT * 2)) + bytes(1024)
    archive = TarArchive((lambda: forward_only(content)) if packed else (lambda: io.BytesIO(content)), Budget(0))

    second = [each for each in archive.entries() if isinstance(each, Entry)][1]

    with archive.open(second.address) as stream:
        assert stream.read() == TEXT * 2


@given(st.binary(max_size=1500), st.integers(0, 6000), st.booleans())
def test_any_bytes(noise: bytes, at: int, packed: bool) -> None:
    content = bytearray(tar(("a", TEXT), ("b", TEXT)) + bytes(1024))
    content[at : at + len(noise)] = noise

    assert sum(len(got) for _, got, _ in read(bytes(content), packed=packed)) <= 4 * len(content) + 10_000_000


def test_tar_of_unix_v7_is_known_by_its_checksum() -> None:
    header = bytearray(tarfile.TarInfo("local/log/messages").tobuf(tarfile.USTAR_FORMAT))
    header[257:] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()

    assert is_tar(bytes(header))
    for at, value in ((0, 0), (10, ord("X")), (148, ord("9")), (300, 1)):
        changed = bytearray(header)
        changed[at] = value
        assert not is_tar(bytes(changed)), at
    assert not is_tar(bytes(header[:511]))
    assert not is_tar(bytes(512))


def test_tar_with_a_label_of_gnu_is_known_by_its_checksum() -> None:
    # As GNU tar 1.34 writes it: a name, a time, a checksum and the type alone.
    header = bytearray(b"LABEL".ljust(136, b"\0") + b"15330330161\0" + b" " * 8 + b"V".ljust(356, b"\0"))
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    whole = bytes(header) + tar(("a", TEXT)) + bytes(1024)

    assert is_tar(whole[:512])
    label, member = TarArchive(lambda: io.BytesIO(whole), Budget(0)).entries()
    assert isinstance(label, Entry)
    assert isinstance(member, Entry)
    assert (label.path, label.note, member.path, member.size) == ("LABEL", "not a regular file", "a", len(TEXT))
    for at, value in ((0, 0), (2, ord("X")), (100, ord("6")), (156, ord("W")), (300, 1)):
        changed = bytearray(header)
        changed[at] = value
        assert not is_tar(bytes(changed)), at
