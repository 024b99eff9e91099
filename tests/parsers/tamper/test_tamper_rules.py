from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from parsers.definition.error import DefinitionError
from parsers.definition.loader import load, parse
from parsers.definition.tamper import TAMPER, Example, Rule, all_rules
from parsers.parser import Source
from parsers.record import Record
from parsers.tamper.tamper_signs import Tamper

RULES = all_rules()
#: Processor seconds for one pattern on one line. It takes a twentieth of a second; twenty where the line is read again
#: for each of its bytes.
LIMIT = 3.0
LINE = 65536
GOOD = """
name: samples
title: Samples
tamper:
  - name: telnet_started
    kind: log
    severity: low
    words: [telnetd]
    pattern: 'telnetd\\[\\d+\\]'
    reason: one thing
    innocent: another thing
    examples: {hit: ["telnetd[1]: x"], miss: ["telnet"]}
"""


def _found(rule: Rule, example: Example) -> set[object]:
    source = replace(Source.of(example.content, example.path), mode=example.mode)
    found = list(Tamper().parse(source))
    if found:
        assert Tamper().claims(source)
    assert all(isinstance(item, Record) for item in found)
    return {item.fields["rule"] for item in found if isinstance(item, Record)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_its_examples_and_not_its_near_misses(rule: Rule) -> None:
    for example in rule.hits:
        assert rule.name in _found(rule, example), example
    for example in rule.misses:
        assert rule.name not in _found(rule, example), example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_hostile_lines_take_little_time(rule: Rule) -> None:
    for pattern in (rule.pattern, rule.unless, rule.unless_next, rule.after):
        for part in _hostile(rule) if pattern else ():
            line = (part * (LINE // len(part) + 1))[:LINE]
            assert pattern is not None
            assert _cpu(pattern, line) < LIMIT, part
    for path_pattern in (rule.path_pattern, rule.unless_path):
        for step in ("a", "/", "/a", "/var/", "/tmp/a", "/data/", "/home/a/", "/etc/init/", "bin/busybox"):
            assert path_pattern is None or _cpu(path_pattern, step * (LINE // len(step))) < LIMIT, step


def _hostile(rule: Rule) -> Iterator[bytes]:
    yield from (
        b"a",
        b" ",
        b"/",
        b"-",
        b"a ",
        b" -",
        b"/a",
        b"; ",
        b"|",
        b"(",
        b"1 ",
        b"* ",
        b"=/",
        b'"',
        b"nc ",
        b"nc -",
    )
    for word in rule.words:
        yield from (word, word + b" ", word + b"/a ")
    for example in rule.hits:
        for line in example.content.split(b"\n"):
            yield from (line[:size] for size in (len(line) // 2, len(line) - 1, len(line)) if size > 0)


def _cpu(pattern: re.Pattern[bytes] | re.Pattern[str], line: bytes | str) -> float:
    """The better of two, as other work on the machine spoils caches."""
    times = []
    for _ in range(2):
        start = time.process_time()
        pattern.search(line)  # type: ignore[arg-type]
        times.append(time.process_time() - start)
        if times[-1] < LIMIT:
            break
    return min(times)


def test_every_kind_and_severity_is_used_and_says_what_else_it_fits() -> None:
    assert {rule.kind for rule in RULES} == {"script", "log", "property", "placement", "permission"}
    assert {rule.severity for rule in RULES} == {"low", "medium", "high"}
    assert all(rule.reason != rule.innocent for rule in RULES)


def test_a_rule_is_read() -> None:
    (rule,) = parse(TAMPER, GOOD, "x.yaml").rules
    assert (rule.name, rule.kind, rule.severity, rule.words) == ("telnet_started", "log", "low", (b"telnetd",))
    assert rule.files == {"log"}
    assert rule.hits == (Example("var/log/kern.log", b"telnetd[1]: x", None),)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    severity: low", "    severity: low\n    colour: red", "colour: the key is unknown"),
        ("    severity: low", "    severity: grave", "severity: 'grave' is not one of"),
        ("    severity: low\n", "", "severity: the key is missing"),
        ("    kind: log", "    kind: rumour", "kind: 'rumour' is not one of"),
        ("    kind: log\n", "", "kind: the key is missing"),
        ("words: [telnetd]", "words: [Telnetd]", "words[0]: 'Telnetd' is not of the form expected"),
        ("words: [telnetd]", "words: [t]", "words[0]: 't' is not of the form expected"),
        ("    words: [telnetd]\n", "", "words: the key is missing"),
        ("'telnetd\\[\\d+\\]'", "'telnetd.*x'", "pattern: a pattern for lines has bounded repeats"),
        ("'telnetd\\[\\d+\\]'", "'telnetd\\s'", "pattern: a pattern for lines has bounded repeats"),
        ("'telnetd\\[\\d+\\]'", "'telnetd('", "pattern: 'telnetd(' is not a regular expression"),
        ("    words", "    files: [script]\n    words", "files: the key is unknown"),
        ("    words", "    head: elf\n    words", "head: the key is unknown"),
        ("reason: one thing", "reason: One sentence.", "reason: 'One sentence.' is not of the form expected"),
        ('miss: ["telnet"]', "miss: []", "examples.miss: a list is expected"),
        (', miss: ["telnet"]', "", "examples.miss: the key is missing"),
        ('miss: ["telnet"]', "miss: [3]", "examples.miss[0]: a mapping is expected"),
        ('miss: ["telnet"]', 'miss: [{path: x, hex: "zz"}]', "examples.miss[0].hex: 'zz' is not of the form expected"),
        ('miss: ["telnet"]', 'miss: [{path: x, mode: "9"}]', "examples.miss[0].mode: '9' is not of the form expected"),
        ("name: telnet_started", "name: Telnet Started", "name: 'Telnet Started' is not of the form expected"),
        ("kind: log", "kind: placement\n    head: elf\n    path_pattern: x", "words: the key is unknown"),
    ],
)
def test_what_is_not_understood_is_an_error(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as raised:
        parse(TAMPER, GOOD.replace(old, new), "x.yaml")
    assert str(raised.value).startswith(f"x.yaml: tamper[0].{expected}")


def test_an_example_of_a_place_says_where_it_is() -> None:
    placed = "{name: a, kind: placement, severity: low, head: elf, path_pattern: x, reason: b, innocent: c, examples: "
    good = f"{{name: samples, title: t, tamper: [{placed}{{hit: [{{path: x}}], miss: [{{path: y, text: z}}]}}}}]}}"
    assert parse(TAMPER, good, "x.yaml").rules[0].misses == (Example("y", b"z", None),)
    with pytest.raises(DefinitionError, match="examples: a path is expected in each"):
        parse(TAMPER, good.replace("[{path: x}]", "[x]"), "x.yaml")


@pytest.mark.parametrize("text", ["", "a: b", "[1]", "- [", "tamper: !!python/object:os.system {}"])
def test_a_file_that_holds_no_rules_is_an_error(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse(TAMPER, text, "x.yaml")


def test_each_file_has_rules_and_no_name_is_given_twice() -> None:
    given = [rule.name for made in load(TAMPER) for rule in made.rules]
    assert len(given) == len(set(given)) == len(RULES)
