"""No function takes more than seven arguments, except loops that are compiled, which cannot take records, and commands,
whose arguments are the options of the command line."""

from __future__ import annotations

import ast

import pytest
from package_source import Item, arguments, decorators, is_command, items, items_of

MOST = 7
COMPILED = {"njit", "numba.njit"}


def too_many(item: Item) -> bool:
    """Whether a function asks for a record instead of so many arguments."""
    node = item.node
    if isinstance(node, ast.ClassDef) or decorators(node) & COMPILED or is_command(item):
        return False
    return len(arguments(node)) > MOST


def test_functions_take_seven_arguments_at_most() -> None:
    held = items()
    assert len(held) > 1500
    found = [f"{item.name} takes {len(arguments(item.node))}" for item in held if too_many(item)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(a, b, c, d, e, *, g, h): ...", False),
        ("def f(a, b, c, d, e, *, g, h, i): ...", True),
        ("@njit(cache=True)\ndef f(a, b, c, d, e, g, h, i): ...", False),
        (f"def f({', '.join(f'{name}: Draws' for name in 'abcdefgh')}) -> None: ...", False),
        (f"def f({', '.join(f'{name}: Draws' for name in 'abcdefg')}, h: int) -> None: ...", True),
        ("@cache\ndef f(a, b, c, d, e, g, h, i): ...", True),
    ],
)
def test_the_eighth_argument_is_found(source: str, found: bool) -> None:
    (item,) = items_of(source, "made.py")
    assert too_many(item) is found
