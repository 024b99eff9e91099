"""Decide which line rules apply to a file (startup files, scripts, logs, settings), by content first, path second.

References:
    upstart: init(5), /etc/init/*.conf; System V: /etc/init.d, /etc/inittab; Android: system/core/init (``*.rc``),
    ``build.prop``; Mich21050/EchoSystemFiles: etc/init, etc/init.d, etc/crontabs, var/local/test-hook.d (scripts that
    etc/init.d/test-automation-hooks runs at start), var/local/log.
"""

from __future__ import annotations

import re
from itertools import islice

from parsers.formats.lazy_pattern import lazy
from parsers.parser import looks_like_text

#: Data folders of a device's file system, where the system's own programs are not stored.
DATA_FOLDERS = (
    r"(?:/var/(?:local|tmp|volatile|run|spool|log)/|/var/(?=[^/]+$)|/data/(?:local|adb|tmp)/|/data/(?=[^/]+$)"
    r"|/tmp/|/dev/shm/|/media/card/|/mnt/(?:sdcard|card)/|/sdcard/|/home/root/|/home/[^/.]+/(?=[^/]+$))"
)

_STARTUP = lazy(
    r"/etc/init/[^/]+\.(?:conf|override|rc)$|/etc/(?:rc\d?\.d/)?init\.d/[^/]+$|/etc/rc(?:[0-6S]\.d|\.d)?/[^/]+$"
    r"|/etc/rc[0-6S]\.d/[^/]+$|/etc/(?:rc\.local|rc\.sysinit|inittab|crontab|profile|environment|ld\.so\.preload)$"
    r"|/etc/profile\.d/[^/]+$|/etc/cron(?:tabs|\.[a-z]+)/.{1,200}$|/spool/cron/.{1,200}$|/init(?:\.[\w.-]{1,60})?\.rc$"
    r"|/systemd/(?:system|user)/.{1,200}\.(?:service|timer)$|/test-hook\.d/[^/]+$|/install-recovery\.sh$"
    r"|/(?:\.profile|\.bashrc|\.bash_profile|\.bash_login)$|/data/adb/(?:post-fs-data|service)\.d/[^/]+$"
    r"|/addon\.d/[^/]+$|/su\.d/[^/]+$"
)
_SCRIPT = lazy(r"\.(?:sh|bash|ash|py|pl|rb|php|lua|expect)$")
_FOREIGN = lazy(DATA_FOLDERS)
_HISTORY = lazy(r"/\.(?:ba|a|z|k)?sh_history$|/\.history$")
_HOSTS = lazy(r"/(?:etc|local|system)(?:/etc)?/hosts$")
_PROPERTY = lazy(
    r"/[\w.-]{0,40}\.prop$|/prop\.default$|/getprop[\w.-]{0,40}$|/data/property/[^/]+$|/proc/cmdline$|/cmdline(?:\.txt)?$"
)
#: Each match of the four expressions above contains one of these.
_TELLING = lazy(r"/etc/|/init|/spool/|/systemd/|\.d/|/install-recovery|/\.|hosts$|prop|/cmdline")
_LOG = lazy(r"/(?:kern|auth|daemon|syslog|messages|cron|dmesg|last_kmsg|logcat)[\w.-]{0,80}$", re.IGNORECASE)
#: Programs whose lines the log rules check.
_SYSTEM_PROGRAM = lazy(
    rb"(?:^|\n)(?:<\d{1,3}>)?\[ {0,10}\d{1,10}\.\d{6}\]|[ /](?:kernel|init|login|su|crond?|sshd|dropbear|audit)"
    rb"(?:\[\d{1,10}\])?: |\b(?:adbd|auditd) {0,8}: "
)
#: The start of a line from the kernel, syslog, an Echo or logcat.
_LOG_LINE = lazy(
    rb"(?:<\d{1,3}>)?(?:\[ {0,10}\d{1,10}\.\d{6}\]|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{8}:\d{6} "
    rb"|\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} |\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)"
)
#: The number of first bytes searched for lines, and how many other lines may precede one of the form. If the
#: name is that of a log too, more of its start may be lost.
_SAMPLE, _LINES = 4096, 5
_NAMED_SAMPLE, _NAMED_LINES = 65536, 1000
_SETTINGS = lazy(rb"(?:^|\n)(?:ro\.(?:build|product|boot|debuggable|secure)\b|\[[\w.]{3,80}\]: \[)")
#: Each match of the expression above contains one of these.
_SETTING_WORDS = (b"ro.", b"]: [")
_ELF = b"\x7fELF"


def whole_path(path: str) -> str:
    """A path as the rules match it: it begins with ``/``, and archive members are below the archive."""
    return "/" + path.replace("!/", "/").lstrip("/")


def is_system_log(head: bytes, path: str) -> bool:
    """Whether the log rules apply to a file, by its name or by the programs that write in it."""
    return _LOG.search(path) is not None or _SYSTEM_PROGRAM.search(head) is not None


def is_elf(head: bytes) -> bool:
    """Whether a file begins like a compiled program or library."""
    return head.startswith(_ELF)


def is_script(head: bytes, path: str) -> bool:
    """Whether a file names its interpreter in its first line, or has a script's name."""
    return head.startswith(b"#!") or (_SCRIPT.search(path) is not None and not is_elf(head))


def classes_of(head: bytes, path: str) -> frozenset[str]:
    """The classes of a file: some of :data:`parsers.definition.tamper.FILES`, ``log`` and ``property``.

    Args:
        head: its first bytes.
        path: its path as returned by :func:`whole_path`.
    """
    found: set[str] = set()
    if not head or is_elf(head):
        return frozenset()
    if is_script(head, path):
        found.add("script")
        if _FOREIGN.search(path):
            found.add("foreign")
    elif not looks_like_text(head):
        pass
    elif _has_log_lines(head, path):
        found.add("log")
    elif any(map(head[:_SAMPLE].__contains__, _SETTING_WORDS)) and _SETTINGS.search(head, 0, _SAMPLE):
        found.add("property")
    if _TELLING.search(path):
        by_path = (("startup", _STARTUP), ("history", _HISTORY), ("hosts", _HOSTS), ("property", _PROPERTY))
        found.update(name for name, pattern in by_path if pattern.search(path))
    return frozenset(found)


def _has_log_lines(head: bytes, path: str) -> bool:
    size, count = (_NAMED_SAMPLE, _NAMED_LINES) if _LOG.search(path) else (_SAMPLE, _LINES)
    lines = head[:size].replace(b"\0", b"\n").split(b"\n")
    filled = islice(filter(bytes.strip, lines), count)
    return any(map(_LOG_LINE.match, filled))
