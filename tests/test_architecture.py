"""How the modules hang together: imports point down only, and what is slow or heavy is imported where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import interrogate

PACKAGE = Path(interrogate.__file__).parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("library", "report", "robustness"),
    ("cascading",),
    ("fitting", "amplifying"),
    ("correcting",),
    ("campaign", "comparing", "people"),
    ("executors", "quantities", "checking", "locating", "converting", "batches"),
    ("rating", "graph", "frames", "planning"),
    ("nodes",),
    ("sources",),
    ("interviewers", "raters", "annotations"),
    ("ledger", "adapters", "spec", "structured"),
    ("chat", "store", "stats", "local"),
    ("restoring", "simulated", "prompts", "redaction"),
    ("labels", "authorship", "lines"),
    ("records",),
    ("errors",),
)
"""From the top down. A module imports its own package and what stands in lower lines, nothing beside or above it."""

RANK = {name: rank for rank, names in enumerate(reversed(LAYERS)) for name in names}

ALLOWED = {"litellm": {"chat", "simulated"}, "langgraph": {"graph", "nodes"}}
COUNTING = ("stats", "frames", "quantities", "comparing", "report")
HEAVY = tuple("litellm sklearn langgraph pandas matplotlib scipy statsmodels openai jinja2 wordllama pydantic".split())


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    files = {file: file.relative_to(PACKAGE.parent).with_suffix("") for file in PACKAGE.rglob("*.py")}
    return {".".join(part for part in path.parts if part != "__init__"): file for file, path in files.items()}


def imported(source: str) -> Iterator[str]:
    """The dotted names that a module imports, anywhere in it: late imports and those for annotations too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(name: str) -> str | None:
    """The module of this package that a dotted name is or is in; None for another's, and for the package's face."""
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name if name in modules() and name != "interrogate" else None


@cache
def imports_of(module: str) -> frozenset[str]:
    return frozenset(imported(modules()[module].read_text(encoding="utf-8")))


def part(module: str) -> str:
    """The file or folder of the top level that a module belongs to."""
    return module.split(".")[1]


def inner() -> list[str]:
    return sorted(set(modules()) - {"interrogate"})


def test_every_part_of_the_package_has_its_layer_and_every_layer_its_parts() -> None:
    assert {part(module) for module in inner()} == set(RANK)


@pytest.mark.parametrize("module", inner())
def test_imports_point_down_only(module: str) -> None:
    found = {target for name in imports_of(module) if (target := own(name))}
    outside = {target for target in found if part(target) != part(module)}

    assert {target for target in outside if RANK[part(target)] >= RANK[part(module)]} == set()


def test_no_two_modules_import_each_other_however_indirectly() -> None:
    arrows = {
        module: {target for name in imports_of(module) if (target := own(name)) and target != module}
        for module in inner()
    }

    assert len(list(TopologicalSorter(arrows).static_order())) == len(inner())


@pytest.mark.parametrize("library", ALLOWED)
def test_only_those_who_may_import_it(library: str) -> None:
    found = {part(module) for module in inner() if library in {name.split(".")[0] for name in imports_of(module)}}

    assert found == ALLOWED[library]


def test_an_import_is_seen_wherever_it_stands() -> None:
    source = "import a.b, c\nfrom d.e import f as g, h\ndef late():\n    if True:\n        from i import j\n"

    assert list(imported(source)) == ["a.b", "c", "d.e.f", "d.e.h", "i.j"]
    assert own("interrogate.records.Act") == "interrogate.records"
    assert own("interrogate.raters.judge") == "interrogate.raters.judge"
    assert own("interrogate.__version__") is None
    assert own("pandas.DataFrame") is None


def loaded(code: str, *libraries: str) -> list[str]:
    """Those of the libraries that a fresh interpreter has loaded after the code."""
    check = f"import sys\n{code}\nprint(*[name for name in {libraries!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def test_the_counting_side_loads_neither_litellm_nor_langgraph() -> None:
    code = "\n".join(f"import {module}" for module in inner() if part(module) in COUNTING)

    assert all(f"import interrogate.{name}" in code for name in COUNTING)
    assert loaded(code, "litellm", "langgraph") == []


def test_help_loads_nothing_that_is_slow() -> None:
    code = (
        "import contextlib\n"
        "from interrogate.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
    )

    assert loaded(code, *HEAVY) == []
    assert loaded("import pandas", *HEAVY) == ["pandas"]


def test_the_package_itself_loads_nothing_that_is_slow() -> None:
    assert loaded("import interrogate", *HEAVY) == []
