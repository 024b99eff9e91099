"""Recognises a mail message, or a mailbox of them, by its first bytes."""

from __future__ import annotations

import re

#: The line that mbox puts before each message, up to its line end (RFC 4155).
MBOX_LINE = re.compile(rb"From [^\r\n]{1,400}\d\d:\d\d[^\r\n]{0,80}\r?\n")
#: The line before a message of Apple Mail (emlx): the length of the message in bytes.
EMLX_LINE = re.compile(rb"(\d{1,10})[ \t]*\r?\n")
_MARK = b"\xef\xbb\xbf"
_LOOK = 16 * 1024
_LINE = re.compile(rb"(?:([!-9;-~]{1,76})[ \t]*:|[ \t])[^\n]*\n?")
#: Header fields that a message has, and those of them that other text with fields rarely has.
_FIELDS = frozenset({
    b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"message-id", b"received", b"return-path", b"delivered-to",
    b"reply-to", b"sender", b"mime-version", b"content-type", b"content-transfer-encoding", b"in-reply-to",
})  # fmt: skip
#: What the header of a message begins with. Most files are told from mail by their first line alone.
_FIRST = re.compile(
    rb"(?i:from|to|cc|bcc|subject|date|message-id|received|return-path|delivered-to|reply-to|sender|mime-version|status|"
    rb"references|in-reply-to|user-agent|importance|priority|errors-to|envelope-to|authentication-results|received-spf|"
    rb"dkim-signature|domainkey-signature|(?:x|arc|content|list|thread|resent|snapshot)-[\w-]{1,60})[ \t]*:"
)
_OF_MAIL = frozenset({b"mime-version", b"message-id", b"received", b"return-path"})
_LEAST, _LEAST_IN_MAILBOX = 3, 2


def is_mail(head: bytes) -> bool:
    """Whether a file begins like a message (RFC 5322) with MIME or transport fields, or like a mailbox (mbox, emlx).

    Args:
        head: its first bytes. Of 512, a message may not be recognised.
    """
    begin, mailbox = message_start(head)
    if _FIRST.match(head, begin) is None:
        return False
    named = set()
    while found := _LINE.match(head, begin, _LOOK):
        if found[1]:
            named.add(found[1].lower())
        begin = found.end()
    if begin < min(len(head), _LOOK) and not head.startswith((b"\n", b"\r\n"), begin):
        # The fields end where the message begins; in other text a line of another kind follows.
        return False
    known = named & _FIELDS
    return len(known) >= (_LEAST_IN_MAILBOX if mailbox else _LEAST) and (mailbox or bool(named & _OF_MAIL))


def message_start(head: bytes) -> tuple[int, bool]:
    """Return the offset of the first message's header, and whether the file is an mbox.

    Args:
        head: the first bytes of the file.
    """
    if found := MBOX_LINE.match(head):
        return found.end(), True
    if found := EMLX_LINE.match(head):
        return found.end(), False
    return (len(_MARK) if head.startswith(_MARK) else 0), False


def message_end(head: bytes) -> int | None:
    """Return the offset at which a message of Apple Mail ends, where its list of properties follows; else None.

    Args:
        head: the first bytes of the file.
    """
    found = EMLX_LINE.match(head)
    return found.end() + int(found[1]) if found else None
