"""The house: who may import whom, what a start may load, how long a file may be, that each folder says what it is.

Read from the tracked files themselves, so that a new folder has to say here where it stands.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 400  # lines
SHARED = frozenset({"continuum"})
NOTHING: frozenset[str] = frozenset()

# room -> the other rooms that it may import; what lies in one room imports itself freely.
ARROWS = {
    "fabfile": frozenset({"builder"}),
    "create_s3_resources": frozenset({"builder"}),
    "builder": frozenset({"cloudformation"}),
    "cloudformation": NOTHING,
    "localcloud": NOTHING,
    "salt": NOTHING,
    "continuum": NOTHING,
    **dict.fromkeys(("bot", "lax", "website", "dashboard", "feeder"), SHARED),
}
OBSERVERS = {"tests", "bench"}  # these may look at everything; nobody looks at them
# modules that are not called by their room's name
LIE_IN = {"continuum_highstate": "salt"}


@cache
def tracked() -> tuple[Path, ...]:
    """Python files under version control, relative to the root; without templates that Salt has yet to fill in."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = (Path(line) for line in listed.splitlines())
    return tuple(file for file in files if (ROOT / file).exists() and not _is_salts_template(file))


def _is_salts_template(file: Path) -> bool:
    return file.parts[:2] == ("salt", "salt") and "config" in file.parts


def room(file: Path) -> str:
    """`builder/ssh.py` lies in `builder`, `fabfile.py` in `fabfile`."""
    return file.parts[0].removesuffix(".py")


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text(), filename=str(file))


def imported(nodes: Iterator[ast.AST]) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported; relative imports stay in their own room and are left out."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def at_import(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    """What runs when a module is imported: not the bodies of functions, nor what is for type checkers only."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_import(node.orelse)
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from at_import(getattr(node, name, []))
        for handler in getattr(node, "handlers", []):
            yield from at_import(handler.body)


def of_ours(name: str) -> str | None:
    """The room that an imported name lies in; None for what is not ours."""
    first = name.partition(".")[0]
    where = LIE_IN.get(first, first)
    return where if where in ARROWS or where in OBSERVERS else None


@pytest.mark.parametrize("name", sorted({room(file) for file in tracked()} - OBSERVERS))
def test_arrows_run_one_way(name: str) -> None:
    assert name in ARROWS, f"{name} is new: say in ARROWS which rooms it may import"
    allowed = ARROWS[name] | {name}
    wrong = {
        f"{file}:{line} imports {what}"
        for file in tracked()
        if room(file) == name
        for line, what in imported(ast.walk(parsed(file)))
        if (where := of_ours(what)) and where not in allowed
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_a_command_starts_with_the_standard_library_alone() -> None:
    """What `./bldr -l` imports, followed from fabfile.py. test_startup.py measures the same on the running command."""
    seen, heavy = set(), set()
    ahead = [Path("fabfile.py")]
    while ahead:
        file = ahead.pop()
        if file in seen:
            continue
        seen.add(file)
        for line, name in imported(at_import(parsed(file).body)):
            if of_ours(name):
                ahead += _files(name)
            elif name.partition(".")[0] not in sys.stdlib_module_names:
                heavy.add(f"{file}:{line} imports {name}: import it inside the function that needs it")
    assert Path("builder/program.py") in seen
    assert not heavy, "\n".join(sorted(heavy))


def _files(name: str) -> list[Path]:
    """The files that importing a module of ours runs: its packages' and its own; none for a function's name."""
    parts = name.split(".")
    packages = [Path(*parts[: end + 1], "__init__.py") for end in range(len(parts))]
    return [file for file in (*packages, Path(*parts).with_suffix(".py")) if (ROOT / file).is_file()]


def test_no_file_is_too_long_to_read() -> None:
    long = {file for file in tracked() if len((ROOT / file).read_text().splitlines()) > LONGEST}
    assert not long, f"over {LONGEST} lines, part it by what it is about: {', '.join(sorted(map(str, long)))}"


def test_every_package_says_what_it_is() -> None:
    packages = {file.parent for file in tracked() if room(file) not in OBSERVERS and len(file.parts) > 1}
    importable = {folder for folder in packages if "-" not in folder.name and not folder.name.startswith("_")}
    silent = {
        str(folder)
        for folder in importable
        if not (ROOT / folder / "__init__.py").exists() or not ast.get_docstring(parsed(folder / "__init__.py"))
    }
    assert not silent, f"no __init__.py with a docstring in: {', '.join(sorted(silent))}"
