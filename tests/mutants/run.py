# SPDX-License-Identifier: MIT
"""`make mutants`: a seeded sample of small changes to the code that money hangs on, and which of them no test notices.

mutmut makes the mutants, knows which tests pass through which function, and forks a process for each mutant that
runs those tests until one fails.  What is mutated stands in pyproject.toml.  This script draws the sample and holds
what survived against `survivors.toml`, the kept list of those that nobody needs to kill.

Words are left alone: tests look for those that matter, and a key that is written wrongly fails everywhere.  mutmut
changes neither tables nor properties; those have tests of their own that state each line.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mutmut.configuration import config
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key
from mutmut.workers.isolation import get_mutant_runner

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("survivors.toml")
FOLDER = ROOT / "mutants"
LOG = FOLDER / "mutmut.log"
LEAST_SHARE = 0.9
CONTROL_SECONDS = 600
QUICK = ["-m", "not benchmark and not slow"]
AREAS = {
    "arbitrex_desktop.desk.": ["tests/desk", "--ignore=tests/desk/gateway", "--ignore=tests/desk/journal", *QUICK],
    "arbitrex_desktop.risk_portfolio_manager.": ["tests/risk_portfolio_manager", *QUICK],
}
"""Which tests may run for the mutants of a part of the program; of these, those that pass through the function do."""
KILLED = ("killed", "timeout", "segfault", "suspicious")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change that was tried.

    Attributes:
        module: the file, without the package's name.
        line: where the change begins.
        function: with its class, as `Gate.check`.
        was: the changed lines before, joined.
        now: and after.
        status: what became of it, in mutmut's words.
    """

    module: str
    line: int
    function: str
    was: str
    now: str
    status: str

    @property
    def killed(self) -> bool:
        """Whether a test failed, hung or broke."""
        return self.status in KILLED

    @property
    def key(self) -> tuple[str, str, str]:
        """What the kept list knows it by: line numbers change too often."""
        return (f"{self.module} {self.function}", self.was, self.now)


def leave_words_alone() -> None:
    """Have mutmut make no mutants of string literals."""
    chosen = [each for each in mutators.mutation_operators if each[1] is not mutators.operator_string]
    # A list behind a narrower type.
    cast("list[Any]", mutators.mutation_operators)[:] = chosen


def all_names() -> dict[str, Path]:
    """Return every mutant's name and file, in a fixed order."""
    return {
        get_mutant_name(path, name): path
        for path in sorted(walk_mutatable_files())
        for name in mutate_file_contents(str(path), path.read_text(encoding="utf-8")).mutant_names
    }


def carry_out(names: Iterable[str], tests: Sequence[str]) -> None:
    """Run mutmut on the named mutants, its output in a log; raise `CalledProcessError` when a test fails without."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    memory = Path("/dev/shm")
    surroundings = {**os.environ, "HYPOTHESIS_PROFILE": "ci", "QT_QPA_PLATFORM": "offscreen"}
    if memory.is_dir():
        surroundings["PYTEST_DEBUG_TEMPROOT"] = str(memory)
    command = [sys.executable, os.fspath(Path(__file__)), "--only-run", *tests]
    with LOG.open("w", encoding="utf-8") as log:
        subprocess.run(
            command, input="\n".join(names), text=True, check=True, stdout=log, stderr=log, cwd=ROOT, env=surroundings
        )


def run_mutmut(names: list[str], tests: list[str]) -> int:
    """Be the process that makes, forks and judges the named mutants; return 0."""
    from mutmut.__main__ import _run, tests_for_mutant_names  # noqa: PLC0415 - it changes how processes are started

    config().pytest_add_cli_args_test_selection = tests
    _run(names, 1)
    set_mutant_under_test("")
    prove_that_nothing_kills_nothing(sorted(tests_for_mutant_names(names)))
    return 0


def prove_that_nothing_kills_nothing(tests: list[str]) -> None:
    """End the program unless the tests pass in a forked process without any mutant: then every mutant would "die"."""
    runner = get_mutant_runner(1)
    runner.startup()
    runner.submit("nothing.changed__mutmut_0", tests, CONTROL_SECONDS, CONTROL_SECONDS)
    code = runner.wait_for_result().exit_code
    runner.shutdown()
    if code:
        sys.exit(f"the tests fail in a forked process though nothing was changed (exit code {code})")


def read_results(names: dict[str, Path]) -> list[Mutant]:
    """Return what became of each named mutant."""
    results: list[Mutant] = []
    for path in dict.fromkeys(names.values()):
        data = SourceFileMutationData(path=path)
        data.load()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {name: data.exit_code_by_key.get(name) for name, home in names.items() if home == path}
        results += [describe(name, path, tree, status_by_exit_code[code]) for name, code in own.items()]
    return results


def describe(name: str, path: Path, tree: ast.Module, status: str) -> Mutant:
    """Return a mutant with its place and its change in words."""
    changed = get_diff_for_mutant(name, path=path).splitlines()[3:]
    was, now = ([line[1:].strip() for line in changed if line.startswith(sign)] for sign in "-+")
    function, owner = orig_function_and_class_names_from_key(name)
    module = path.relative_to("arbitrex_desktop").as_posix()
    line = find_line(path, tree, function, owner, was[0] if was else "")
    return Mutant(module, line, f"{owner}.{function}" if owner else function, " ".join(was), " ".join(now), status)


def find_line(path: Path, tree: ast.Module, function: str, owner: str | None, text: str) -> int:
    """Return the first line of a function that has the text, its first line if none has."""
    lines = path.read_text(encoding="utf-8").splitlines()
    scopes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner] if owner else [tree]
    for node in (node for scope in scopes for node in scope.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            return next((line for line in inside if lines[line - 1].strip() == text), node.lineno)
    return 1


def read_kept(path: Path = KEPT) -> dict[tuple[str, str, str], str]:
    """Return the kept list: why a mutant may live, by its key; raise KeyError where an entry lacks a field."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    return {(each["place"], each["was"], each["now"]): each["why"] for each in entries}


def table(mutants: Sequence[Mutant], kept: dict[tuple[str, str, str], str]) -> str:
    """Return the figures by module."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in mutants:
        for row in (each.module, "all"):
            counts[row, "mutants"] += 1
            counts[row, "killed" if each.killed else "survived"] += 1
            counts[row, "kept"] += not each.killed and each.key in kept
    rows = [f"{'module':52} {'mutants':>8} {'killed':>7} {'survived':>9} {'with reason':>12} {'share':>6}"]
    for row in (*sorted({each.module for each in mutants}), "all"):
        total, killed, survived, known = (counts[row, name] for name in ("mutants", "killed", "survived", "kept"))
        rows.append(f"{row:52} {total:8} {killed:7} {survived:9} {known:12} {killed / max(total, 1):6.1%}")
    return "\n".join(rows)


def listing(mutants: Sequence[Mutant], kept: dict[tuple[str, str, str], str]) -> str:
    """Return the survivors: places with reasons, then those without as entries for the kept list."""
    alive = [each for each in mutants if not each.killed]
    lines = [
        f"{each.module}:{each.line} {each.function}: {each.was} -> {each.now}\n    {kept[each.key]}"
        for each in alive
        if each.key in kept
    ]
    lines += [entry(each) for each in alive if each.key not in kept]
    return "\n".join(lines)


def entry(mutant: Mutant) -> str:
    """Return a survivor as an entry of the kept list, its reason still to be written."""
    fields = (f"{name} = {quoted(text)}" for name, text in zip(("place", "was", "now"), mutant.key, strict=True))
    return "\n".join(["", f"# line {mutant.line}, {mutant.status}", "[[survivor]]", *fields, 'why = ""'])


def quoted(text: str) -> str:
    """Return a text as TOML has it, without escapes where that can be."""
    return f"'{text}'" if "'" not in text else f"'''{text}'''"


def main() -> int:
    """Draw, run, print; return 0 when enough were killed and each survivor has its reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=400, help="how many mutants to try, 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--of", default="*", help="only names like this, as 'arbitrex_desktop.desk.gate.*'")
    parser.add_argument("--only-run", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    leave_words_alone()
    if options.only_run:
        return run_mutmut(sys.stdin.read().split(), options.only_run)
    every = {name: path for name, path in all_names().items() if fnmatch.fnmatch(name, options.of)}
    drawn = set(random.Random(options.seed).sample(sorted(every), min(options.sample, len(every)) or len(every)))
    names = {name: path for name, path in every.items() if name in drawn}
    print(f"{len(names)} of {len(every)} mutants, seed {options.seed}; see {LOG.relative_to(ROOT)} for how far it is")
    mutants: list[Mutant] = []
    for prefix, tests in AREAS.items():
        own = {name: path for name, path in names.items() if name.startswith(prefix)}
        if own:
            carry_out(own, tests)
            mutants += read_results(own)
    kept = read_kept()
    print(table(mutants, kept), listing(mutants, kept), sep="\n\n")
    alive = [each for each in mutants if not each.killed]
    return int(len(alive) > (1.0 - LEAST_SHARE) * len(mutants) or any(each.key not in kept for each in alive))


if __name__ == "__main__":
    raise SystemExit(main())
