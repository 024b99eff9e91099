"""Mail as a container: messages and mailboxes, with every coding of their parts."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.archives.mail.mail_archive import MailArchive
from echoforensics.evidence.archives.mail.recognise import is_mail
from echoforensics.evidence.archives.unread_archive import unread_archive
from echoforensics.evidence.entry import READ_ERRORS, Entry, EvidenceIssue
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.walk import file_readers, form_of, is_archive, open_archive, reopened
from parsers.captures.answers_in_text import AnswersInText
from parsers.recording.parser import RecordingParser

#: Bytes of every value, with what boundaries and codings give a meaning to.
CONTENT = bytes(range(256)) * 4 + b"\r\n--x\nFrom me 12:00\n=3D" + struct.pack("<300I", *range(300))
TEXT = "Dévice,Time\nKüche,2024-03-09T21:14:24Z\n"
DATE = "Sat, 09 Mar 2024 21:14:24 +0100"
Made = dict[str, bytes]


def _message(subject: str = "Export", **attached: bytes) -> EmailMessage:
    message = EmailMessage()
    for name, value in (("From", "a@example.org"), ("To", "b@example.org"), ("Subject", subject), ("Date", DATE)):
        message[name] = value
    message.set_content("Here it is.\n")
    for name, content in attached.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def _with(message: EmailMessage, name: str, content: bytes) -> EmailMessage:
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def _forwarded(message: EmailMessage) -> EmailMessage:
    outer = _message("Fwd")
    outer.add_attachment(message)
    return outer


def _single(coding: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Date"], message["Subject"] = "a@example.org", DATE, "one"
    message.set_content(TEXT, cte=coding, subtype="csv", filename="Küche.csv")
    return message.as_bytes()


def _emlx(message: bytes) -> bytes:
    return b"%-10d\n%b<?xml version='1.0'?>\n<plist><dict/></plist>\n" % (len(message), message)


BODY = {"part-1.txt": b"Here it is.\n"}
FORMS: dict[str, tuple[Callable[[], bytes], Made]] = {
    "base64": (lambda: _message(a=CONTENT).as_bytes(), {**BODY, "a": CONTENT}),
    "CR LF": (lambda: _message(a=CONTENT).as_bytes(policy=SMTP), {"part-1.txt": b"Here it is.\r\n", "a": CONTENT}),
    "a name twice": (
        lambda: _with(_message(a=CONTENT), "a", b"other").as_bytes(), {**BODY, "a": CONTENT, "part-3/a": b"other"},
    ),
    "a message attached": (
        lambda: _forwarded(_message(a=CONTENT)).as_bytes(),
        {**BODY, "part-2.txt": b"Here it is.\n", "a": CONTENT},
    ),
    "an mbox": (
        lambda: b"".join(
            b"From a@example.org Sat Mar  9 21:14:2%d 2024\n%b\n" % (n, _message(a=bytes((n,))).as_bytes())
            for n in (1, 2)
        ),
        {"1/part-1.txt": b"Here it is.\n", "1/a": b"\1", "2/part-1.txt": b"Here it is.\n", "2/a": b"\2"},
    ),
    "Apple Mail": (lambda: _emlx(_message(a=CONTENT).as_bytes()), {**BODY, "a": CONTENT}),
    "Apple Mail, one part": (lambda: _emlx(_single("base64")), {"Küche.csv": TEXT.encode()}),
    "one part, base64": (lambda: _single("base64"), {"Küche.csv": TEXT.encode()}),
    "one part, quoted": (lambda: _single("quoted-printable"), {"Küche.csv": TEXT.encode()}),
    "one part, 8bit": (lambda: _single("8bit"), {"Küche.csv": TEXT.encode()}),
    "a saved page": (
        lambda: b"From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n"
        b' type="text/html"; boundary="--b-"\n\n\n----b-\nContent-Type: text/html\n'
        b"Content-Transfer-Encoding: quoted-printable\n\n<p>=C3=BC=\n</p>\n----b---\n",
        {"part-1.html": "<p>ü</p>".encode()},
    ),
    "names with paths and codings": (
        lambda: b'Message-ID: <1>\nFrom: a\nSubject: s\nContent-Disposition: x; filename="=?utf-8?q?..=2F..=2F=C3=BC?="'
        b"\n\nx",
        {".._.._ü": b"x"},
    ),
    "a name in no known coding": (
        lambda: b'Message-ID: <1>\nFrom: a\nSubject: s\nContent-Disposition: x; filename="=?no-such?b?eA?="\n\nx',
        {"=?no-such?b?eA?=": b"x"},
    ),
}  # fmt: skip


def _read(content: bytes) -> tuple[list[tuple[str, bytes]], list[EvidenceIssue]]:
    found, issues = [], []
    with closing(MailArchive(lambda: io.BytesIO(content))) as archive:
        for entry in archive.entries():
            if isinstance(entry, EvidenceIssue):
                issues.append(entry)
                continue
            whole = b""
            assert entry.opener is not None
            try:
                with entry.opener() as stream:
                    while piece := stream.read1(100):  # type: ignore[attr-defined]
                        whole += piece
            except READ_ERRORS as error:
                issues.append(EvidenceIssue(entry.path, str(error)))
            found.append((entry.path, whole))
    return found, issues


@pytest.mark.parametrize("name", FORMS)
def test_every_part_is_an_entry(name: str) -> None:
    """Each part is found with its bytes, and nothing else is; the file is taken for mail by its head."""
    make, expected = FORMS[name]
    content = make()

    assert is_mail(content)
    assert is_archive(content)
    assert _read(content) == (list(expected.items()), [])


def test_parts_are_opened_again_by_their_address() -> None:
    """A part, and a part of a message that is in one, is reached by its addresses; each has the date of its message."""
    within = _message(a=CONTENT).as_bytes()
    content = _message(inner=within).as_bytes()
    outer = open_archive(Entry("x.eml", "", len(content), lambda: io.BytesIO(content)), content, Budget(0))
    [_, inner] = [entry for entry in outer.entries() if isinstance(entry, Entry)]
    [_, last] = [entry for entry in MailArchive(lambda: io.BytesIO(within)).entries() if isinstance(entry, Entry)]

    assert form_of(outer, content) == "mail"
    assert inner.times == {"date of the message": DATE}
    with reopened(outer, (inner.address, last.address), Budget(0)) as stream:
        assert stream.read() == CONTENT
    with pytest.raises(KeyError):
        outer.open("0")


def test_what_is_not_whole_is_said() -> None:
    """A message that breaks off gives what is there; a sign that base64 has not is counted."""
    content = _message(a=CONTENT).as_bytes()
    cut = content[: content.index(b"AAEC") + 4 * 300]
    found, issues = _read(cut)
    assert found[1][1] == CONTENT[: len(found[1][1])]
    assert len(found[1][1]) > 800
    assert [issue.what for issue in issues] == ["the message breaks off within this part"]

    found, issues = _read(content.replace(b"AAEC", b"A*EC", 1))
    assert [issue.what for issue in issues] == ["1 bytes of its base64 are not base64"]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("Content-Type: application/pkcs7-mime; name=smime.p7m", "wrapped (S/MIME, encrypted or signed)"),
        ("Content-Type: application/pgp-encrypted", "wrapped (OpenPGP)"),
        ("Content-Transfer-Encoding: X-UUencode", "its transfer coding (x-uuencode) is not known"),
    ],
)
def test_a_part_that_cannot_be_opened_is_named(header: str, says: str) -> None:
    """What a message keeps sealed, or in a rare coding, is an issue; its bytes are an entry all the same."""
    found, issues = _read(f"From: a\nMessage-ID: b\nSubject: c\n{header}\n\nxyz".encode())
    assert [content for _, content in found] == [b"xyz"]
    assert len(issues) == 1
    assert says in issues[0].what


@pytest.mark.parametrize(
    "content",
    [
        b"From: the start of a letter\nTo: whom it concerns\n\nDate: none\n",
        b"Date: x\nContent-Type: text/html\nServer: y\n\n<p>",
        b"Metadata-Version: 2.1\nName: x\nFrom: y\nTo: z\nSubject: s\n\n",
        b"Subject: a\nFrom: b\nMessage-ID: c\nand then words\n",
        b"From then on 12:00 it was\nso\n",
        b"12\n34\n",
        b"Received: {\n",
        b"",
    ],
)
def test_other_text_is_not_mail(content: bytes) -> None:
    """Text that has some fields, HTTP and metadata of packages are read as text."""
    assert not is_mail(content)


def test_parsers_of_any_text_do_not_read_mail() -> None:
    """They are offered its parts; of other files the parsers stay."""
    mail = FORMS["base64"][0]()
    parsers = (AnswersInText(), RecordingParser())

    assert file_readers(parsers, mail) == (parsers[1],)
    assert file_readers(parsers, b"x") == parsers


@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=3)), max_size=6), st.integers(0, 4000))
def test_damage_does_not_raise(changes: list[tuple[int, bytes]], end: int) -> None:
    """Whatever is changed, the parts are read or named."""
    content = bytearray(FORMS["a message attached"][0]())
    for at, value in changes:
        content[at : at + len(value)] = value
    _read(bytes(content[:end]))


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"!BDN" + bytes(100), "a mailbox of Outlook (PST or OST) is not read"),
        (b"\x78\x9f\x3e\x22" + bytes(9), "a file of attachments of Outlook (TNEF, winmail.dat) is not read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_3701".encode("utf-16-le"), "a message of Outlook (MSG)"),
    ],
)
def test_outlook_is_named(head: bytes, says: str) -> None:
    """What only Outlook writes is named, with what to do."""
    assert unread_archive(head).startswith(says)
