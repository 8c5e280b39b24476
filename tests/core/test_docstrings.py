"""Every public thing is described; arrays with their axes, quantities with their units."""

from __future__ import annotations

import ast
import re

import pytest
from package_source import Item, annotations, command_line_kinds, is_command, items, items_of

QUANTITY = re.compile(r"\b(float|int|ndarray)\b")
AXIS = r"(1 or )?\w+( [+−×] \w+)?"
AXES = re.compile(rf"ndarray\[[^\]]+\]|\[(?=[a-z]|1 or ){AXIS}(, {AXIS})*\]|same shape")
"""`ndarray[draw, week]`, `[draw, week]`, `[1 or draw, leaf + 1]`, or the shape of another array."""

UNITS = re.compile(
    r"(?<!\w)("
    "km²|km|metres?|degrees?|%|°|"
    "seconds?|days?|weeks?|weekly|months?|monthly|quarters?|years?|dates?|datetime64|hours?|"
    "shares?|probabilit(y|ies)|chances?|odds|logits?|logs?|logarithms?|scales?|points|ratios?|factors?|times|"
    "persons|people|population|soldiers|killed|wounded|dead|losses|"
    "euros?|EUR|USD|billions?|megabytes|bytes|characters|digits|"
    "numbers?|counts?|how many|index|indexes|indices|codes?|"
    "bool|flags?|whether|H3|"
    "weights?|ranks?|units?|utility|utilities|pay-offs?|scores?|skill|"
    "coefficients?|precision|covariance|variance|deviation|density"
    r")(?!\w)",
    re.IGNORECASE,
)
"""Words that say what a number counts or measures; add one only where it does."""


def described(item: Item) -> str:
    """What the docstring says, with that of the class around it or of what `See …` points to; a class's fields too:
    their names (`half_width_km`) and the texts below them; a command's options say what they are in their help."""
    said = ast.get_docstring(item.node) or ""
    if isinstance(item.node, ast.ClassDef):
        fields = [name.replace("_", " ") for name in annotations(item)]
        return " ".join([said, *fields, *field_texts(item.node).values()])
    around = ast.get_docstring(item.within) or "" if item.within else ""
    pointed = re.search(r"[Ss]ee `?(\w+)", said)
    options = (
        [command_line_kinds().get(kind, kind) for kind in annotations(item).values()]
        if is_command(item)
        else []
    )
    return " ".join([said, around, *options, *(described_as(pointed[1], item.node.name) if pointed else [])])


def described_as(owner: str, name: str) -> list[str]:
    """Docstrings of class `owner` and of its method `name`."""
    named = [i for i in items() if (i.within or i.node).name == owner and i.node.name in (owner, name)]
    return [ast.get_docstring(i.node) or "" for i in named]


def field_texts(node: ast.ClassDef) -> dict[str, str]:
    """Field → the text that stands below it."""
    pairs = zip(node.body, node.body[1:], strict=False)
    return {
        field.target.id: text.value.value
        for field, text in pairs
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def unnamed_fields(item: Item) -> list[str]:
    """Array fields of a class that neither its docstring names nor a text below them describes with axes."""
    if not isinstance(item.node, ast.ClassDef):
        return []
    said, below = ast.get_docstring(item.node) or "", field_texts(item.node)
    arrays = [name for name, kind in annotations(item).items() if "ndarray" in kind]
    return [
        name
        for name in arrays
        if not re.search(rf"(?<!\w){name}(?!\w)", said) and not AXES.search(below.get(name, ""))
    ]


def faults(item: Item) -> list[str]:
    """What is missing from the description of a public item."""
    kinds = " ".join(annotations(item).values())
    text = described(item)
    return [
        *(["no docstring"] if not ast.get_docstring(item.node) else []),
        *(["no axes of its arrays"] if "ndarray" in kinds and not AXES.search(text) else []),
        *(["no unit"] if QUANTITY.search(kinds) and not UNITS.search(text) else []),
        *(f"nothing of array {name}" for name in unnamed_fields(item)),
    ]


def test_public_things_say_axes_and_units() -> None:
    held = [item for item in items() if item.public]
    assert len(held) > 1500
    found = {item.name: missing for item in held if (missing := faults(item))}
    assert not found, "\n".join(f"{name}: {', '.join(missing)}" for name, missing in found.items())


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def area(x: np.ndarray) -> float: return x.sum()", ["no docstring", "no axes of its arrays", "no unit"]),
        ('def area(x: np.ndarray) -> float:\n    """Area of all, km²."""', ["no axes of its arrays"]),
        ('def area(x: np.ndarray) -> float:\n    """Sum of it all; x : ndarray[cell]."""', ["no unit"]),
        ('def area(x: np.ndarray) -> float:\n    """Area of all; x : ndarray[cell], km²."""', []),
        ('def said(x: str) -> str:\n    """In other words."""', []),
        (
            'class Area:\n    """Areas, km²; x : [cell]."""\n    x: np.ndarray\n    y: np.ndarray',
            ["nothing of array y"],
        ),
        ('class Area:\n    """Areas."""\n    x: np.ndarray\n    """ndarray[cell], km²"""', []),
    ],
)  # fmt: skip
def test_a_missing_axis_or_unit_is_found(source: str, missing: list[str]) -> None:
    (item,) = items_of(source, "made.py")
    assert faults(item) == missing
