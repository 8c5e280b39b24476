"""A changed module changes the key of what can reach it, and of nothing else."""

from __future__ import annotations

import ast
import hashlib
import sys
from pathlib import Path

import pytest
from package_source import ROOT

from contactline.core import code
from contactline.core.code import PACKAGE, code_of
from contactline.service.nodes import all_nodes

CACHES = (code.code_of, code._parsed, code._file, code._versions)


@pytest.fixture(autouse=True)
def forgetting():
    """What was read of the source is forgotten before and after."""
    for one in CACHES:
        one.cache_clear()
    yield
    for one in CACHES:
        one.cache_clear()


def modules() -> dict[str, Path]:
    found = {}
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join((PACKAGE, *parts)).removesuffix(".__init__")] = file
    return found


def imported(file: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a file imports, by Python's own reading of it."""
    found = set()
    for statement in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(statement, ast.Import):
            found |= {name.name for name in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, f"{file}: relative imports are not followed"
            inner = {f"{statement.module}.{name.name}" for name in statement.names}
            found |= {name if name in known else str(statement.module) for name in inner}
    return found & set(known)


def test_every_import_of_the_package_is_followed():
    known = modules()
    for name, file in known.items():
        assert imported(file, known) <= set(code._parsed(name)[1]), name


def reached(module: str, known: dict[str, Path]) -> set[str]:
    seen: set[str] = set()
    open_ = [module]
    while open_:
        name = open_.pop()
        if name not in seen:
            seen.add(name)
            open_ += imported(known[name], known)
    return seen


@pytest.mark.parametrize(
    "changed", ["contactline.truce.breakdown", "contactline.war.tempo", "contactline.core.streams"]
)
def test_a_changed_module_changes_the_nodes_that_can_reach_it_and_no_other(changed, monkeypatch):
    known, nodes = modules(), all_nodes()
    homes = {node.make.__module__ for node in nodes}
    before = {home: code_of(home) for home in homes}
    plain = code._parsed
    monkeypatch.setattr(
        code, "_parsed", lambda name: ("other", plain(name)[1]) if name == changed else plain(name)
    )
    code_of.cache_clear()
    moved = {home for home in homes if code_of(home) != before[home]}
    assert moved == {home for home in homes if changed in reached(home, known)} != set()


def test_some_node_does_not_reach_some_model():
    known = modules()
    homes = {node.make.__module__ for node in all_nodes()}
    assert any("contactline.truce.breakdown" not in reached(home, known) for home in homes)


def package(tmp_path: Path, monkeypatch, **files: str) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(code, "ROOT", tmp_path)


def test_imports_are_found_however_they_are_written(tmp_path, monkeypatch):
    files = {name: f"{name} = 1\n" for name in "abcdefgh"}
    package(
        tmp_path, monkeypatch, **files,
        top=(
            "from contactline.a import (  # what a holds (and b does not)\n    one,  # two)\n    two,\n)\n"
            "from contactline import (  # a bracket ) in a comment\n    b,\n    c as other,\n)\n"
            "import contactline.d\n"
            "from contactline import \\\n    e\n"
            "def late():\n    from contactline import f\n    if f:\n        import contactline.g as g\n"
            "import os, json\n"
        ),
    )  # fmt: skip
    assert set(code._parsed("contactline.top")[1]) >= {f"contactline.{name}" for name in "abcdefg"}
    assert "contactline.h" not in code._parsed("contactline.top")[1]


def test_a_byte_of_a_helper_far_below_counts_and_a_neighbour_does_not(tmp_path, monkeypatch):
    package(
        tmp_path, monkeypatch, top="from contactline import middle\n", middle="import contactline.low\n",
        low="x = 1\n", beside="x = 1\n",
    )  # fmt: skip
    before = code_of("contactline.top"), code_of("contactline.beside")
    for name, moves in (("beside", False), ("low", True), ("middle", True)):
        for one in CACHES:
            one.cache_clear()
        with (tmp_path / f"{name}.py").open("a") as file:
            file.write("y = 2\n")
        after = code_of("contactline.top")
        assert (after != before[0]) == moves, name
        before = after, code_of("contactline.beside")


def test_modules_that_import_each_other_end(tmp_path, monkeypatch):
    package(tmp_path, monkeypatch, a="import contactline.b\n", b="import contactline.a\n")
    assert code_of("contactline.a") == code_of("contactline.b")


def test_another_library_is_another_code(monkeypatch):
    before = code_of("contactline.war.tempo")
    for one in CACHES:
        one.cache_clear()
    monkeypatch.setattr(code, "version", lambda name: "99" if name == "scipy" else "1")
    assert code_of("contactline.war.tempo") != before


def test_a_module_outside_the_package_is_its_own_file_and_what_it_imports_of_ours():
    sys.path.insert(0, str(Path(__file__).parent))
    import toys

    own = hashlib.sha256(Path(toys.__file__).read_bytes()).hexdigest()
    assert code._parsed("toys")[0] == own and "contactline.core.graph" in code._parsed("toys")[1]
