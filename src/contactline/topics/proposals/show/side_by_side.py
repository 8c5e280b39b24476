"""Table deal_compare as rows for people: one row an item, one cell a proposal; page and terminal print the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from contactline.case.check import CLAUSE_KINDS
from contactline.topics.showing.judgements import measured, percent

PARTS: Mapping[str, str] = {
    "ground": "Ground",
    "line": "The line",
    "asked": "What the other side asked for",
    "clauses": "The clauses",
}
"""Part of an item → its heading, in the order in which they are read."""


@dataclass(frozen=True)
class Item:
    """One item across proposals; `cells` in the order of the proposals, "–" where a proposal lacks it."""

    part: str
    item: str
    label: str
    cells: tuple[str, ...]


def side_by_side(table: pd.DataFrame) -> tuple[list[str], list[Item]]:
    """Names of the proposals, and the items in reading order."""
    names = dict(zip(table["proposal"], table["name"], strict=True))
    cells = {(row.proposal, row.item): _cell(row) for row in table.itertuples()}
    places = {part: 100 * k for k, part in enumerate(PARTS)}
    kinds = {f"clause.{kind}": k for k, kind in enumerate(CLAUSE_KINDS)}
    heads = table.drop_duplicates("item")
    counts = 99 * heads["item"].str.startswith("clauses_")  # how many there are stands after the clauses
    order = heads["part"].map(places) + heads["item"].map(kinds).fillna(0) + counts
    heads = heads.assign(order=order).sort_values("order", kind="stable")
    items = [
        Item(
            PARTS[str(head.part)],
            str(head.item),
            str(head.label),
            tuple(cells.get((proposal, head.item), "–") for proposal in names),
        )
        for head in heads.itertuples()
    ]
    return [str(name) for name in names.values()], _paired(items)


def finding(table: pd.DataFrame, proposal: str) -> str:
    """What the comparison says of one proposal in two sentences; empty where the table has no such figures."""
    own = table[table["proposal"] == proposal].set_index("item")
    said = []
    if {"depth_km_before", "depth_km_after"} <= set(own.index):
        before, after = own.loc["depth_km_before"], own.loc["depth_km_after"]
        label = str(before["label"]).removesuffix(" now").removesuffix(",")
        said.append(f"{label}: {_arrow(_cell(before), _cell(after))}.")
    if {"asked_text", "asked_taken", "asked_given"} <= set(own.index):
        asked = str(own.loc["asked_text", "label"])
        taken, given = (_cell(own.loc[item]) for item in ("asked_taken", "asked_given"))
        said.append(f"Of the ground that {asked}, {taken} is held already; of the rest, this gives {given}.")
    return f"{own['name'].iloc[0]}: {' '.join(said)}" if said else ""


def _paired(items: list[Item]) -> list[Item]:
    """Figures before and after in one row, "1,380 → 1,070 km"."""
    known = {item.item: item for item in items}
    found = []
    for item in items:
        after = known.get(item.item.replace("_before", "_after", 1))
        if "_before" in item.item and after is not None:
            label = item.label.removesuffix(" now").removesuffix(",")
            cells = tuple(_arrow(a, b) for a, b in zip(item.cells, after.cells, strict=True))
            found.append(Item(item.part, item.item.replace("_before", "", 1), label, cells))
        elif "_after" not in item.item or item.item.replace("_after", "_before", 1) not in known:
            found.append(item)
    return found


def _arrow(before: str, after: str) -> str:
    """One cell of two; a figure that stays is said once."""
    return before if before == after else f"{before} → {after}"


def _cell(row: object) -> str:
    """Figure with its unit and remark, or the text."""
    value, unit, text = (getattr(row, name) for name in ("value", "unit", "text"))
    if unit == "text":
        return str(text)
    if value != value:
        return str(text) or "–"
    if unit == "share":
        figure = "none" if value == 0 else "all" if value == 1 else percent(float(value))
    elif unit == "count":
        figure = f"{value:,.0f}"
    else:
        figure = f"{measured(float(value))} {unit}" if value else f"0 {unit}"
    return f"{figure} ({text})" if text else figure
