"""The package's own source as syntax trees: what is public, and what it declares."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import contactline

ROOT = Path(contactline.__file__).parent

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Item:
    """A function, class, method or property, where it stands, and the class around a method."""

    path: str
    node: Function | ast.ClassDef
    within: ast.ClassDef | None = None

    @property
    def name(self) -> str:
        """`war/tempo.py:36 TempoFit.paths`."""
        owner = f"{self.within.name}." if self.within else ""
        return f"{self.path}:{self.node.lineno} {owner}{self.node.name}"

    @property
    def public(self) -> bool:
        """Whether neither it, nor the class around it, has a name that begins with `_`."""
        return not (self.node.name.startswith("_") or (self.within and self.within.name.startswith("_")))


@cache
def items() -> tuple[Item, ...]:
    """Every function, class and method of the package; functions within functions are not counted."""
    return tuple(
        item
        for file in sorted(ROOT.rglob("*.py"))
        for item in items_of(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix())
    )


def items_of(source: str, path: str) -> Iterator[Item]:
    """The same for one file's text."""
    for node in ast.parse(source).body:
        if isinstance(node, Function | ast.ClassDef):
            yield Item(path, node)
        if isinstance(node, ast.ClassDef):
            yield from (Item(path, inner, node) for inner in node.body if isinstance(inner, Function))


def annotations(item: Item) -> dict[str, str]:
    """Name → annotation as written: a function's arguments and `return`, a class's public fields."""
    node = item.node
    if isinstance(node, ast.ClassDef):
        fields = (n for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name))
        named = {n.target.id: n.annotation for n in fields if not n.target.id.startswith("_")}
    else:
        named = {a.arg: a.annotation for a in arguments(node) if a.annotation}
        if node.returns:
            named["return"] = node.returns
    return {name: ast.unparse(annotation) for name, annotation in named.items()}


def arguments(node: Function) -> list[ast.arg]:
    """All arguments of a function, without `self` and `cls`."""
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [a for a in named if a.arg not in ("self", "cls")]


def decorators(node: Function) -> set[str]:
    """Names of a function's decorators, without their arguments."""
    plain = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return {ast.unparse(decorator) for decorator in plain}


def is_command(item: Item) -> bool:
    """Whether a function is a command: every argument is an option or argument of the command line (Typer)."""
    kinds = (
        list(annotations(item).values())[:-1] if isinstance(item.node, Function) and item.node.returns else []
    )
    return bool(kinds) and all("typer." in kind or kind in command_line_kinds() for kind in kinds)


@cache
def command_line_kinds() -> dict[str, str]:
    """Names that the faces give to kinds of options, such as `Draws` → what stands behind it, its help with it."""
    return {
        ast.unparse(node.targets[0]): ast.unparse(node.value)
        for file in sorted((ROOT / "faces").rglob("*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and "typer." in ast.unparse(node.value)
    }
