"""Signs that somebody may have changed a device: indications for an examiner to weigh, never conclusions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import ClassVar

from parsers.definition.tamper import Rule, all_rules
from parsers.locator import at_bytes, at_line
from parsers.parser import HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.tamper.file_class import classes_of, is_elf, is_script, is_system_log, whole_path
from parsers.tamper.line_time import line_timestamp
from parsers.tamper.scan import MAX_HITS, Hit, RuleScanner

#: How many bytes of a line a record keeps.
MAX_TEXT = 300
#: Classes of files that are claimed because hits may be beyond their head.
_LONG = frozenset({"startup", "foreign"})
#: The types of first bytes that rules can check.
_EMPTY, _CONTENT = frozenset({"any"}), frozenset({"any", "content"})
_ELF, _SCRIPT = _CONTENT | {"elf", "program"}, _CONTENT | {"script", "program"}
_EMPTY_SCRIPT = _SCRIPT - {"content"}


@register
class Tamper(Parser):
    """Applies the rules of :mod:`parsers.definitions.tamper`."""

    name: ClassVar[str] = "tamper"
    version: ClassVar[str] = "2"
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Signs of tampering on an Echo device",
        data_types=("echo:tamper",),
        known_by=(
            "startup files (upstart, System V, Android init, systemd, cron, shell profiles) and scripts, by path, #!",
            "system, kernel and Android logs, by the form of their lines",
            "development settings (build.prop and similar files), hosts files, shell histories",
            "programs and scripts that lie in folders for data; permission bits where the container states them",
        ),
        shows=(
            "That a line, a file or its permissions are as described. Each row says what the sign fits and what else"
            " it fits. Several signs that agree weigh more than one."
        ),
        does_not_show=(
            "That anybody tampered with the device, who did, or when. Developers, owners who root their own device,"
            " repair shops and examiners leave the same signs. No sign found does not mean that the device was left"
            " alone: an attack may leave none, or may have removed them."
        ),
        validated_on=(
            "Echo 1st generation (AB72C64C86AW2), software 669701320, rooted by its owner: Mich21050/EchoSystemFiles,"
            " 2021-22 (part of /var: logs and settings; scripts by made files of the same form)",
        ),
        limits=(
            f"Of one rule, the first {MAX_HITS} lines of a file are given; a longer count is reported.",
            "Lines written in another character set than ASCII or UTF-8, and compiled programs, are not read.",
            "A script without #! and without a known ending is only read where it lies among the startup files.",
            "Whether a file is newer than its neighbours is not looked at: one file is seen at a time.",
            "Permission bits of copies made by git, Windows or FAT are not the device's.",
        ),
        references=(
            "M. Barnes, MWR InfoSecurity: Alexa, are you listening?, 2017 (root by SD card; reverse shell at start;"
            " shmbuf_tool reading the microphones)",
            "I. Clinton, L. Cook, S. Banik: A Survey of Various Methods for Analyzing the Amazon Echo, 2016",
            "github.com/Mich21050/EchoSystemFiles: etc/init, etc/init.d, etc/default/audioproxyd, var",
            "Android: source.android.com, Verified Boot (boot state), init language, adb",
            "github.com/ygelfand/echolocal, wilbowes/EchoMuse, bboe/overdub: firmware of others for an Echo Dot 2",
        ),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether a rule finds something in a file's head or place, or may find it beyond the head."""
        path = whole_path(source.path)
        if _of_file(source, path):
            return True
        classes = classes_of(source.head, path)
        rules = _of_lines(classes, path)
        if not rules:
            return False
        if RuleScanner(rules).scan(io.BytesIO(source.head)):
            return True
        goes_on = bool(classes & _LONG) or ("log" in classes and is_system_log(source.head, path))
        return source.size > HEAD_SIZE and goes_on

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each sign. Files without signs yield nothing."""
        path = whole_path(source.path)
        for rule in _of_file(source, path):
            yield _file_record(rule, source)
        rules = _of_lines(classes_of(source.head, path), path)
        if not rules:
            return
        scanner = RuleScanner(rules)
        with source.open() as stream:
            hits = scanner.scan(stream)
        for hit in hits:
            yield _line_record(hit)
        for rule, count in scanner.left_out():
            yield Issue(f"The rule {rule.name} fits {count} lines; the first {MAX_HITS} are given.")


def _of_lines(classes: frozenset[str], path: str) -> list[Rule]:
    """The rules for the lines of a file."""
    return [rule for rule in all_rules() if rule.files & classes and rule.is_for(path)] if classes else []


@cache
def _placement_rules(heads: frozenset[str]) -> tuple[Rule, ...]:
    """The rules about the place of files with such first bytes, separated because every file is checked."""
    return tuple(rule for rule in all_rules() if rule.kind == "placement" and rule.head in heads)


@cache
def _permission_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if rule.kind == "permission")


def _of_file(source: Source, path: str) -> list[Rule]:
    """The rules that a file matches by its place, its first bytes and its mode."""
    rules = list(_placement_rules(_heads(source)))
    if source.mode:
        rules += [rule for rule in _permission_rules() if source.mode & rule.mode]
    return [rule for rule in rules if rule.is_for(path)]


def _heads(source: Source) -> frozenset[str]:
    """The types of a file's first bytes that rules can check."""
    if is_elf(source.head):
        return _ELF
    if is_script(source.head, source.path):
        return _SCRIPT if source.head else _EMPTY_SCRIPT
    return _CONTENT if source.head else _EMPTY


def _file_record(rule: Rule, source: Source) -> Record:
    fields: dict[str, Value] = {"size": source.size}
    what = "this file"
    if rule.kind == "permission" and source.mode is not None:
        fields["mode"] = f"{source.mode:04o}"
        what = f"the mode {source.mode:04o} of this file"
    return Record("echo:tamper", _message(rule, what), "", fields=_fields(rule) | fields)


def _line_record(hit: Hit) -> Record:
    timestamp = line_timestamp(hit.text) if hit.rule.kind == "log" else None
    text = hit.text[:MAX_TEXT].decode("utf-8", "backslashreplace")
    fields = _fields(hit.rule) | {"text": text, "line": hit.line}
    return Record(
        "echo:tamper",
        _message(hit.rule, "a line of this file"),
        at_line(hit.line) if hit.whole else at_bytes(hit.offset, len(hit.text)),
        timestamps=(timestamp,) if timestamp else (),
        fields=fields,
    )


def _message(rule: Rule, what: str) -> str:
    return (
        f"A sign, not a conclusion ({rule.name}, {rule.severity}): {what} fits {rule.reason};"
        f" it also fits {rule.innocent}."
    )


def _fields(rule: Rule) -> dict[str, Value]:
    return {
        "rule": rule.name,
        "kind": rule.kind,
        "severity": rule.severity,
        "reason": f"This fits {rule.reason}.",
        "innocent": f"It also fits {rule.innocent}.",
    }
