"""Which small mistakes in the core modules the tests would notice: ``python -m benchmarks.mutation``.

A mutant is one module with one change: another comparison, a number one more or one less, ``and`` for ``or``, a
condition negated or a ``not`` left out. Each runs the tests of its module in a process of its own, and is killed where
one of them fails. Mutants are drawn with a seed, so a run can be repeated.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import pytest

ROOT = Path(__file__).parents[1]
#: A module, and the tests that are to kill its mutants.
CORE = {
    "parsers.locator": ["tests/parsers/test_locator.py"],
    "parsers.times": ["tests/parsers/test_times.py"],
    "parsers.utterance": ["tests/parsers/test_utterance.py"],
    "parsers.values": ["tests/parsers/test_values.py"],
    "parsers.formats.sqlite.varint": ["tests/parsers/formats/sqlite/test_varint.py"],
    "parsers.formats.chromium_cache.simple_file": ["tests/parsers/formats/chromium_cache/test_simple_file.py"],
    "echoforensics.case.record_id": ["tests/echoforensics/case/test_record_id.py"],
    "chain_of_custody.envelope": ["tests/chain_of_custody/test_custody_envelope.py"],
    "chain_of_custody.entry": [
        "tests/chain_of_custody/test_custody_ledger.py", "tests/chain_of_custody/test_custody_attacks.py",
    ],
    "chain_of_custody.chain": [
        "tests/chain_of_custody/test_custody_ledger.py", "tests/chain_of_custody/test_custody_attacks.py",
    ],
    "chain_of_custody.ledger": [
        "tests/chain_of_custody/test_custody_ledger.py", "tests/chain_of_custody/test_custody_crash.py",
    ],
}  # fmt: skip
#: What every test imports; imported once, and forked with.
_PRELOADED = (
    "hypothesis.strategies",
    "playwright.sync_api",
    "construct",
    "yaml",
    "numpy",
    "click.testing",
    "Crypto.Signature.DSS",
)
#: Processor seconds after which a mutant counts as killed: it does not end.
_MOST_SECONDS = 300
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    Attributes:
        module: its name.
        line: where the change is.
        change: what was changed, into what.
        tree: the changed module.
    """

    module: str
    line: int
    change: str
    tree: ast.Module


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of one module: how many there could be, were run and were killed; who survived."""

    module: str
    possible: int
    run: int
    killed: int
    survivors: list[str]


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    for number, node in enumerate(_nodes(tree)):
        for replacement in _changed(node):
            changed = copy.deepcopy(tree)
            _replace(changed, number, replacement)
            change = f"{ast.unparse(node)} -> {ast.unparse(replacement)}"
            yield Mutant(module, node.lineno, change, ast.fix_missing_locations(changed))


def _nodes(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that run; not annotations, and not decorators: whether a class is frozen changes no result."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.expr):
                yield child
            if isinstance(child, ast.AST):
                yield from _nodes(child)


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[number] = _COMPARED[type(operator)]()
                yield changed
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            yield from (ast.Constant(value + step) for step in (1, -1))
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand


def _replace(tree: ast.Module, number: int, replacement: ast.expr) -> None:
    target = next(node for at, node in enumerate(_nodes(tree)) if at == number)
    replacement = ast.copy_location(copy.deepcopy(replacement), target)
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list) and any(each is target for each in value):
                value[:] = [replacement if each is target else each for each in value]


class _Loader(SourceFileLoader):
    """Loads the changed module in place of the one on the disk."""

    def __init__(self, mutant: Mutant, path: str) -> None:
        super().__init__(mutant.module, path)
        self._tree = mutant.tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.get_filename(fullname), "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant, path: Path) -> None:
        self._name = mutant.module
        self._spec = spec_from_file_location(mutant.module, path, loader=_Loader(mutant, str(path)))

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return self._spec if fullname == self._name else None


def run_core(most: int, seed: int, modules: list[str]) -> list[Outcome]:
    """Run no more than ``most`` mutants of each module.

    Raises:
        RuntimeError: the tests of a module fail without a mutant.
    """
    for name in _PRELOADED:
        import_module(name)
    found = []
    for module in modules:
        path = _path(module)
        if not _passes(None, CORE[module]):
            raise RuntimeError(f"the tests of {module} fail as they are")
        possible = list(mutants(module, path.read_text()))
        drawn = random.Random(f"{seed} {module}").sample(possible, min(most, len(possible)))
        survivors = [f"line {each.line}: {each.change}" for each in drawn if _passes(each, CORE[module])]
        found.append(Outcome(module, len(possible), len(drawn), len(drawn) - len(survivors), survivors))
        print(f"{module}: {found[-1].killed} of {len(drawn)} killed", file=sys.stderr, flush=True)
    return found


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _passes(mutant: Mutant | None, tests: list[str]) -> bool:
    """Whether all tests pass, in a fork in which the mutant is imported in place of its module."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _test(mutant, tests)
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def _test(mutant: Mutant | None, tests: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    if mutant is not None:
        sys.meta_path.insert(0, _Finder(mutant, _path(mutant.module)))
    os.chdir(ROOT)
    return int(pytest.main([*tests, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]))


def table(found: list[Outcome], most: int, seed: int) -> str:
    """The part of RESULTS-endurance.md: the share of killed mutants, and the survivors."""
    run, killed = sum(each.run for each in found), sum(each.killed for each in found)
    lines = [
        f"| {each.module} | {each.possible} | {each.run} | {each.killed} | {each.killed / each.run:.0%} |"
        for each in found
    ]
    survivors = [f"- `{each.module}`, {one}" for each in found for one in each.survivors]
    return "\n".join([
        "## Mutants", "",
        f"At most {most} of each module, drawn with seed {seed}. Killed: {killed} of {run}, **{killed / run:.0%}**.",
        "",
        "| module | possible | run | killed | share |", "|---|---|---|---|---|", *lines, "",
        *(["Survivors:", "", *survivors, ""] if survivors else []),
        f"    python -m benchmarks.mutation --most {most} --seed {seed}", "",
    ])  # fmt: skip


def main() -> None:
    """Run, and print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--most", type=int, default=40, help="mutants of each module")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("modules", nargs="*", default=list(CORE), help="modules of the core; all if none is named")
    given = arguments.parse_args()
    print(table(run_core(given.most, given.seed, given.modules), given.most, given.seed))


if __name__ == "__main__":
    main()
