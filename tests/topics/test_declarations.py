"""A table is declared once: its name stands in its schema alone, and what is declared appears where tables are told."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import contactline
from contactline.topics import tables as registry
from contactline.topics.contents import RECIPES, SECTIONS, TOPICS
from contactline.topics.tables import TABLES

SOURCE = Path(contactline.__file__).parent
ROOMS = ("topics", "service", "faces")
READS = {"get", "rows", "filled", "declared", "from_text", "checked"}
NAMED = {"Recipe", "Figure"}
"""What has an id of its own, which may be that of a table."""
SAMPLES = Path(__file__).parents[1] / "report"

ADDED = """
import sys
sys.path.insert(0, {samples!r})
import json
from pathlib import Path
import pandas as pd
from contactline.core.frame import Column, Table, made
from contactline.topics.front import schema

DAYS = Column("days", "whole", "days", "days below zero", 0, 31)
NEW = Table("weather", "Days of frost by month", (DAYS,), ("days",))
schema.TABLES += (NEW,)

from dataclasses import replace
from sample import sample_assessment
from contactline.service.as_data import run_record
from contactline.service.dictionary import dictionary_page
from contactline.topics.plain import as_json
from contactline.topics.store import load, save

sample = sample_assessment()
run = replace(sample, tables=sample.tables | made({{NEW: pd.DataFrame({{"days": [3, 9]}})}}))
out = Path(sys.argv[1])
save(run, out)
package = json.loads((out / "tables" / "datapackage.json").read_text(encoding="utf-8"))
record = run_record(load(out))
print(json.dumps({{
    "page": "### weather" in dictionary_page() and "Days of frost by month. Key: days." in dictionary_page(),
    "package": [r for r in package["resources"] if r["name"] == "weather"],
    "readme": "## weather.csv" in (out / "tables" / "README.md").read_text(encoding="utf-8"),
    "record": [t for t in record["tables"] if t["name"] == "weather"],
    "rows": json.loads(as_json(run))["tables"]["weather"],
}}))
"""


def used_as_table(tree: ast.AST) -> list[ast.Constant]:
    """String literals by which a table is asked for, handed over, or named without an underscore's doubt."""
    named = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMED
    }
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is_tables(node.value):
            found.append(node.slice)
        elif isinstance(node, ast.Compare) and _is_tables(node.comparators[0]):
            found.append(node.left)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            if called in READS and (owner is None or _is_tables(owner) or called != "get"):
                found += node.args[:1]
            if called in ("made", "Tables", "made_with_rows"):
                found += [key for arg in node.args for key in getattr(arg, "keys", [])]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "_" in node.value:
            found.append(node)
    return [
        node
        for node in found
        if isinstance(node, ast.Constant) and node.value in TABLES and id(node) not in named
    ]


def _is_tables(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in ("tables", "t")) or (
        isinstance(node, ast.Attribute) and node.attr == "tables"
    )


@pytest.mark.parametrize("room", ROOMS)
def test_no_table_is_named_outside_its_schema(room: str) -> None:
    said = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.value}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        if path.name != "schema.py"
        for node in used_as_table(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert said == [], "ask for a table by the constant of its schema"


def test_a_name_that_is_written_out_is_found() -> None:
    wrong = ast.parse(
        'x = tables["verdict"]; y = "truce" in run.tables; z = made({"price": f}); w = ("gain_fan",)'
    )
    assert [node.value for node in used_as_table(wrong)] == ["verdict", "truce", "price", "gain_fan"]
    assert (
        used_as_table(ast.parse('row["verdict"]; Section("truce", title); Recipe("loss_sources", x)')) == []
    )


@pytest.mark.parametrize("room", ROOMS)
def test_no_tables_columns_are_listed_again(room: str) -> None:
    declared = {tuple(table.names): table for table in TABLES.values()}
    again = [
        f"{path.relative_to(SOURCE)}:{node.lineno} lists the columns of {declared[names]}"
        for path in (SOURCE / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.List | ast.Tuple)
        and (names := tuple(e.value for e in node.elts if isinstance(e, ast.Constant))) in declared
        and len(names) == len(node.elts)
    ]
    assert again == []


def test_a_table_added_to_a_schema_appears_everywhere(tmp_path: Path) -> None:
    script = ADDED.format(samples=str(SAMPLES))
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["page"] and found["readme"]
    (resource,), (told,) = found["package"], found["record"]
    (field,) = resource["schema"]["fields"]
    assert (field["type"], field["unit"], field["constraints"]["maximum"]) == ("integer", "days", 31)
    assert told["rows"] == 2 and told["meaning"] == "Days of frost by month"
    assert found["rows"] == [{"days": 3}, {"days": 9}]


def test_every_topic_is_declared_made_and_shown() -> None:
    folders = {path.parent.name for path in (SOURCE / "topics").glob("*/schema.py")}
    assert {topic.id for topic in TOPICS} == folders
    assert {module.__name__.split(".")[-2] for module in registry.TOPICS} == folders
    assert all(topic.question.endswith("?") for topic in TOPICS)
    sections = {section.id for section in SECTIONS}
    assert {recipe.section for recipe in RECIPES} <= sections
    assert all(table in TABLES.values() for recipe in RECIPES for table in recipe.tables)
    words = [name for topic in TOPICS for name in (*topic.words, *topic.values)]
    assert len(words) == len(set(words))


def test_a_saved_run_asked_for_in_a_fresh_session_shows_its_key_numbers(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(SAMPLES)!r})
from pathlib import Path
from sample import sample_assessment
from contactline.topics.store import save
save(sample_assessment(), Path(sys.argv[1]))
for name in [name for name in sys.modules if name.startswith("contactline")]:
    del sys.modules[name]
from contactline.service.questions.runs import Saved
run = Saved(run=Path(sys.argv[1])).answer(type("Asked", (), {{"named": False}}))
print(run._repr_html_())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "net gain of Northland in the last" in done.stdout
