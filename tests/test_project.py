# SPDX-License-Identifier: MIT
"""What must be true of the project as a whole: its files, its commands, what it says of itself."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import arbitrex_desktop

pytestmark = pytest.mark.slow
"""Every file is parsed, once in each of pytest's processes: a tenth of the time of all quick tests."""

ROOT = Path(__file__).resolve().parent.parent
SPDX = "# SPDX-License-Identifier: MIT"
MOST_LINES = 450
DEEPEST_NESTING = 3
MOST_MODULES = 16
LARGE_FOLDERS = {
    "arbitrex_desktop/risk_portfolio_manager/rules",  # one rule one file, and a rule is found by its name
    "arbitrex_desktop/ui/panels",  # one panel one file
}
MIRROR = {
    "arbitrex_desktop/mt5/results.py",  # what the MetaTrader5 module returns, as frozen values of our own
    "arbitrex_desktop/mt5/simulator/module/tuples.py",  # the module's own tuples, as the simulated module returns them
}
COMMANDS = ("run-demo", "run-tests")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@cache
def project_files() -> list[Path]:
    """Return the files that git tracks or would, ignored ones left out; in a copy without git, skip the test."""
    command = ["git", "-C", os.fspath(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("needs a git checkout")
    names = listing.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def modules() -> list[tuple[str, str, ast.Module]]:
    """Return name, text and tree of each Python file."""
    texts = [(path, path.read_text(encoding="utf-8")) for path in project_files() if path.suffix == ".py"]
    return [(path.relative_to(ROOT).as_posix(), text, ast.parse(text)) for path, text in texts]


def package_modules() -> list[tuple[str, ast.Module]]:
    """Return name and tree of each module of the product."""
    return [(name, tree) for name, _, tree in modules() if name.startswith("arbitrex_desktop/")]


def nesting(statements: list[ast.stmt], depth: int = 0) -> int:
    """Return the deepest block depth; an elif is no deeper than its if."""
    return max([depth, *(block_depth(block, depth) for block in statements if isinstance(block, BLOCKS))])


def block_depth(block: ast.stmt, depth: int) -> int:
    """Return the deepest block depth within one compound statement that stands at `depth`."""
    orelse = getattr(block, "orelse", [])
    elif_chain = isinstance(block, ast.If) and len(orelse) == 1 and isinstance(orelse[0], ast.If)
    bodies = [getattr(block, "body", []), getattr(block, "finalbody", [])]
    bodies += [part.body for part in [*getattr(block, "handlers", []), *getattr(block, "cases", [])]]
    inner = [nesting(body, depth + 1) for body in bodies]
    return max([*inner, nesting(orelse, depth if elif_chain else depth + 1) if orelse else depth])


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield all functions of a module, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def test_every_module_names_its_licence_and_its_purpose() -> None:
    """The first line is the SPDX line, and a docstring follows."""
    wrong = [
        name
        for name, text, tree in modules()
        if not text.startswith(SPDX + "\n") or not (ast.get_docstring(tree) or "").strip()
    ]
    assert wrong == []


def test_every_test_says_the_truth_it_checks() -> None:
    """Each test function has a docstring."""
    silent = [
        f"{name}:{function.lineno} {function.name}"
        for name, _, tree in modules()
        if Path(name).name.startswith("test_")
        for function in functions(tree)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_files_stay_short() -> None:
    """No Python file is longer than one sitting."""
    long = [f"{name}: {len(text.splitlines())}" for name, text, _ in modules() if len(text.splitlines()) > MOST_LINES]
    assert long == []


def test_nesting_is_measured_as_a_reader_sees_it() -> None:
    """Each block counts, an elif counts as its if."""
    flat = ast.parse("if a:\n  x\nelif b:\n  y\nelse:\n  z")
    deep = ast.parse("for a in b:\n  try:\n    x\n  except E:\n    while c:\n      y")
    assert (nesting(flat.body), nesting(deep.body)) == (1, 3)


def test_functions_stay_flat() -> None:
    """No function nests blocks deeper than a reader can hold."""
    deep = [
        f"{name}:{function.lineno} {function.name}"
        for name, _, tree in modules()
        for function in functions(tree)
        if nesting(function.body) > DEEPEST_NESTING
    ]
    assert deep == []


def test_no_folder_holds_more_modules_than_a_reader_takes_in() -> None:
    """No folder of the package has more than some fifteen modules, but those of many alike."""
    folders: defaultdict[str, int] = defaultdict(int)
    for name, _ in package_modules():
        if not name.endswith("/__init__.py"):
            folders[name.rpartition("/")[0]] += 1
    large = {folder: count for folder, count in folders.items() if count > MOST_MODULES}
    assert {folder: count for folder, count in large.items() if folder not in LARGE_FOLDERS} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    """No two modules define a class of the same name; the mirror of the MetaTrader5 module has the module's own."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for name, tree in package_modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].add(name)
    assert {name: files for name, files in places.items() if len(files) > 1 and files != MIRROR} == {}


ENTRY = re.compile(r"    (\w+(, \w+)*: \S|    +\S)")


def run_on(docstring: str) -> list[str]:
    """Return the lines of a docstring's `Attributes:` that are no `name: meaning`, nor go on with one."""
    heading, _, rest = docstring.partition("Attributes:")
    if not rest or not (heading == "" or heading.endswith("\n")):
        return []
    first, *lines = rest.split("\n\n")[0].split("\n")
    return [line for line in ([first] if first.strip() else lines) if not ENTRY.match(line)]


def test_what_counts_as_a_list_of_attributes() -> None:
    """One name a line, or several of one meaning; a line that goes on is set in further; a sentence is no list."""
    assert (
        run_on("Sum.\n\nAttributes:\n    lots: volume\n    bid, ask: price,\n        in quote currency\n\nMore.") == []
    )
    assert run_on("Sum.\n\nAttributes: `lots`, volume; `bid`.") == [" `lots`, volume; `bid`."]
    assert run_on("Sum.\n\nAttributes:\n    `lots`, volume") == ["    `lots`, volume"]


def test_attributes_are_told_one_a_line() -> None:
    """Each class tells its attributes as a list."""
    sentences = [
        f"{name}:{node.lineno} {node.name}: {line.strip()[:60]}"
        for name, tree in package_modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for line in run_on(ast.get_docstring(node) or "")
    ]
    assert sentences == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    """No text file holds an absolute path into somebody's home or work folder."""
    private = re.compile(rb"(?<![A-Za-z0-9_.$}])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/")
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in project_files()
        if path.suffix != ".png" and path != Path(__file__).resolve() and private.search(path.read_bytes())
    ]
    assert naming == []


def test_no_secrets_or_build_results_are_tracked() -> None:
    """Neither a .env nor a key nor a program nor a database is part of the project."""
    unwanted = {".pem", ".pfx", ".exe", ".dll", ".whl", ".sqlite", ".sqlite3", ".db", ".pyc"}
    assert [path.name for path in project_files() if path.name == ".env" or path.suffix in unwanted] == []


def test_there_is_one_version() -> None:
    """Package and changelog name the same version, and pyproject takes it from the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "arbitrex_desktop/__init__.py"
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[.*$", changelog, re.MULTILINE)
    assert newest is not None
    assert arbitrex_desktop.__version__ in newest.group()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readmes_commands_are_there(command: str) -> None:
    """Each command stands in the README for Linux and for Windows, and can be executed."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"./{command}" in readme
    assert f".\\{command}.ps1" in readme
    assert (ROOT / f"{command}.ps1").is_file()
    assert os.name == "nt" or os.access(ROOT / command, os.X_OK)


def test_the_example_settings_name_every_variable() -> None:
    """Each variable that the program reads from the environment is explained in .env.example."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    spelled = re.compile(r"""["'](MT5_[A-Z_]+|ARBITREX_[A-Z_]+)["']""")
    used = {
        variable
        for name, text, _ in modules()
        if name.startswith("arbitrex_desktop/")
        for variable in spelled.findall(text)
    }
    assert {variable for variable in used if variable not in example} == set()


def workflows() -> list[tuple[str, str]]:
    """Return name and text of each workflow of the forge."""
    return [
        (path.name, path.read_text(encoding="utf-8")) for path in project_files() if path.parent.name == "workflows"
    ]


def test_workflows_run_no_action_that_can_change_under_them() -> None:
    """Each action is named by a commit, with the release it belongs to beside it."""
    used = [line.strip() for _, text in workflows() for line in text.splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not re.fullmatch(r"- uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_a_pull_request_cannot_write() -> None:
    """The right to write stands once, in the job that only a tag sets off."""
    writing = [
        (name, job) for name, text in workflows() for job in re.split(r"\n  (?=\w+:\n)", text) if ": write" in job
    ]
    assert [name for name, _ in writing] == ["windows.yml"]
    assert "if: startsWith(github.ref, 'refs/tags/v')" in writing[0][1]


def test_links_between_documents_lead_somewhere() -> None:
    """Each relative link or picture in a Markdown file exists, or is made when the documentation is built."""
    link = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in project_files()
        if path.suffix == ".md"
        for target in link.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists() and "generated/" not in target
    ]
    assert broken == []


PRIVATE = re.compile(
    r"(tells?|told|untold|mend|mended|reckon\w*|strangers?|deeds?|door|doing|fine|dust|hair|roomy|anothers|lets_through)"
)
"""Words of our own for what the trade has a word for: report, correct, calculate, unregistered, headroom, endpoint."""
PRIVATE_TEXT = re.compile(
    r"\b(is|are) told\b|\btold with\b|\btell a\b|\bmended\b|\breckon|\bbecomes? of\b|\bhas these words\b"
    r"|\btaken? back\b|\bno room is left\b|\ball the same\b",
    re.IGNORECASE,
)


def names_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of what a module defines: functions, classes, arguments, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def words_of(name: str) -> list[str]:
    """Return the words of a name, whether it is written like_this, LIKE_THIS or LikeThis."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def test_the_words_of_a_name_are_found() -> None:
    """In each way that names are written; a part of a word is none."""
    assert [words_of(name) for name in ("_tell_again", "LossRoom", "_IN_PARTS")] == [
        ["tell", "again"],
        ["loss", "room"],
        ["in", "parts"],
    ]
    assert not any(PRIVATE.fullmatch(word) for word in words_of("satellite_mender"))


def test_names_have_no_private_words() -> None:
    """What the trade has a word for is called by it."""
    private = [
        f"{name}:{line} {found}"
        for name, tree in package_modules()
        for line, found in names_in(tree)
        if any(PRIVATE.fullmatch(word) for word in words_of(found))
    ]
    assert private == []


def test_texts_have_no_private_words() -> None:
    """What the user reads says it in the trade's words."""
    private = [
        f"{name}:{call.lineno} {text.value}"
        for name, tree in package_modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"_", "N_", "ngettext"}
        for text in call.args
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and PRIVATE_TEXT.search(text.value)
    ]
    assert private == []
