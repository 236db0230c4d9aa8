"""The walls of the house: what may import what, how long a file may be, which packages are declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "coordination"
LINES = 400

# Below the rooms: used by pages, commands and tests alike, so none of it may see a request.
BELOW_THE_ROOMS = re.compile(
    r"coordination\.((graph|exchange|surveys)(\..*)?|permissions|errors|i18n|clock|config|guard|hours|labels|.*\.service"
    r"|readiness\.(\w+\.)?(?!\w*views$|forms$)\w+)$"
)
FLASK = re.compile(r"(flask(_\w+)?|werkzeug|wtforms|jinja2|coordination\.web)$")

# Declared, and used without an import of ours.
USED_WITHOUT_IMPORT = {
    "arcadedb-embedded": "its files are started as a process of their own, never imported",
    "bootstrap-flask": "its static files are served",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
IMPORT_NAMES = {
    "argon2-cffi": "argon2", "bootstrap-flask": "flask_bootstrap", "opening-hours-py": "opening_hours",
    "python-stdnum": "stdnum", "pyyaml": "yaml", "python-calamine": "python_calamine",
}


@dataclass(frozen=True)
class Import:
    importer: str
    target: str  # a module, or a module and a name in it
    lazy: bool  # inside a function


def modules() -> dict[str, Path]:
    """Every module of the program by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: Path) -> Iterator[Import]:
    """What one module imports, except for the type checker's eyes only."""

    def walk(node: ast.AST, lazy: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                yield from (Import(name, alias.name, lazy) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
                    base = ".".join([*package[: len(package) - child.level + 1], *([base] if base else [])])
                yield from (Import(name, f"{base}.{alias.name}", lazy) for alias in child.names)
            else:
                yield from walk(child, lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    yield from walk(ast.parse(path.read_text("utf-8")), False)


MODULES = modules()
IMPORTS = [found for name, path in MODULES.items() for found in imports_of(name, path)]


def module_of(target: str) -> str | None:
    """The module of ours that an import leads to."""
    if target in MODULES:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in MODULES else None


def test_the_walls_stand_on_a_house():
    assert {"coordination.graph.store", "coordination.permissions"} <= MODULES.keys()
    assert any(BELOW_THE_ROOMS.match(name) for name in MODULES)


def test_nothing_below_the_rooms_imports_flask():
    """Neither itself nor through another module: a command or a test calls it as it is."""
    reach: dict[str, set[str]] = {}
    for found in IMPORTS:
        # The root package is the web application; what counts is what a module asks for by name.
        reach.setdefault(found.importer, set()).add(module_of(found.target) or found.target)
    broken = []
    for start in filter(BELOW_THE_ROOMS.match, MODULES):
        seen, ahead = {start}, [(start,)]
        while ahead:
            way = ahead.pop()
            for target in reach.get(way[-1], ()):
                if FLASK.match(target.partition(".")[0] if not target.startswith("coordination") else target):
                    broken.append(" → ".join((*way, target)))
                elif target in MODULES and target not in seen and target != "coordination":
                    seen.add(target)
                    ahead.append((*way, target))
    assert not broken, "\n".join(broken)


def test_no_modules_import_each_other_in_a_ring():
    after: dict[str, set[str]] = {name: set() for name in MODULES}
    for found in IMPORTS:
        target = module_of(found.target)
        if target and target != found.importer and not found.lazy:
            after[found.importer].add(target)
    while True:
        free = [name for name, targets in after.items() if not targets & after.keys()]
        if not free:
            break
        for name in free:
            del after[name]
    # What is left waits for itself, or for what does.
    rings = {name: sorted(targets & after.keys()) for name, targets in after.items()}
    assert not rings, f"in a ring, or leading to one: {rings}"


def test_rooms_do_not_import_each_others_views():
    broken = []
    for found in IMPORTS:
        target = module_of(found.target) or ""
        room = target.removesuffix(".views")
        if target.endswith(".views") and found.importer not in ("coordination", room) and not (
            found.importer.startswith(f"{room}.")
        ):
            broken.append(f"{found.importer} imports {target}")
    assert not broken, broken


@pytest.mark.parametrize("folder, pattern", [
    ("coordination", "*.py"), ("templates", "*"), ("static", "*.css"), ("static", "*.js"), ("tests", "*.py"),
])
def test_no_file_is_too_long_to_read(folder, pattern):
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in sorted((ROOT / folder).rglob(pattern))
        if path.is_file()
    }
    assert {name: lines for name, lines in lengths.items() if lines > LINES} == {}


def declared() -> set[str]:
    """Names of the program's own dependencies, as packages are compared: lower case, dashes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = (re.match(r"[\w.-]+", line) for line in project["dependencies"])
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def imported() -> set[str]:
    tops = {found.target.partition(".")[0] for found in IMPORTS}
    return tops - set(sys.stdlib_module_names) - {"coordination", "__future__"}


def test_every_package_the_program_imports_is_declared():
    known = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in declared()}
    assert imported() - known == set()


def test_every_declared_package_is_used():
    used = imported()
    idle = {name for name in declared() if IMPORT_NAMES.get(name, name.replace("-", "_")) not in used}
    assert idle - USED_WITHOUT_IMPORT.keys() == set()


@pytest.mark.parametrize("file", ["runtime.txt", "test.txt"])
def test_requirements_are_pinned_hashed_and_name_no_index(file):
    text = (ROOT / "requirements" / file).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 30
    for line in lines:
        assert re.match(r"^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line
    assert not re.search(r"https?:|--index-url|--extra-index-url|--find-links", text)


def test_what_the_program_needs_is_what_the_requirements_pin():
    text = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    pinned = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    assert declared() - pinned == set()
