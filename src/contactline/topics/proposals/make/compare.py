"""Proposals side by side from the map and the texts alone: table deal_compare, and a page's tables without a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.engine.courses import exact_area
from contactline.engine.ground import Front
from contactline.front.line import cell_line_length
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.make import cells_now, landmarks
from contactline.topics.front.schema import SETTLEMENTS
from contactline.topics.proposals.schema import CLAUSES, DEAL_COMPARE
from contactline.truce.compare import (
    TOWN_PEOPLE,
    Depth,
    asked_regions,
    depths,
    granted,
    own_text,
    place_distances,
    worded,
)
from contactline.truce.effects import clause_effect, clause_words
from contactline.truce.terms import DEFENDER, Settlement, clause_table

Row = dict[str, object]

_KIND_WORDS = {"dmz": "demilitarised zone", "other": "further points"}


def compare_table(
    case: Case, front: Front, settlements: Mapping[str, Settlement], town_people: float = TOWN_PEOPLE
) -> pd.DataFrame:
    """Table deal_compare: one row a proposal and item, in the order in which they are read.

    town_people : from how many inhabitants before the war a town counts as one that can be held. Nothing is simulated.
    """
    rows: list[Row] = []
    for settlement in settlements.values():
        items = [
            *_ground(case, front, settlement),
            *_line(case, front, settlement, town_people),
            *_asked(case, front, settlement),
            *_clauses(case, settlement),
        ]
        rows += [
            {"proposal": settlement.proposal.id, "name": settlement.proposal.name} | item for item in items
        ]
    return pd.DataFrame(rows)


def compare_tables(
    loaded: LoadedCase, front: Front, settlements: Mapping[str, Settlement], compared: pd.DataFrame
) -> Tables:
    """Tables of a page that sets proposals side by side: deal_compare, clauses, cells and what the map needs."""
    tables = {
        DEAL_COMPARE: compared,
        CLAUSES: all_clauses(loaded.case, settlements),
        CELLS: cells_now(front).assign(**map_columns(settlements)),
        SETTLEMENTS: front.settlements,
    }
    return made(tables | landmarks(loaded))


def all_clauses(case: Case, settlements: Mapping[str, Settlement]) -> pd.DataFrame:
    """Table clauses: every clause of these proposals."""
    found = [clause_table(case, settlement.proposal) for settlement in settlements.values()]
    return pd.concat(found, ignore_index=True)


def map_columns(settlements: Mapping[str, Settlement]) -> dict[str, np.ndarray]:
    """Codes of holders for the map: after_<proposal> → ndarray[cell] (0 defender, 1 challenger, 2 zone)."""
    return {f"after_{name}": shown_holder(settlement) for name, settlement in settlements.items()}


def shown_holder(settlement: Settlement) -> np.ndarray:
    """Codes of holders for the map : ndarray[cell] int (0 defender, 1 challenger, 2 zone, on either side)."""
    return np.where(settlement.zone, 2, settlement.after).astype(int)


def _ground(case: Case, front: Front, settlement: Settlement) -> list[Row]:
    here = front.ground
    left = front.settlements["cell"].isin(here.cell[settlement.given_up])
    back = front.settlements["cell"].isin(here.cell[settlement.returned])
    people = front.settlements["population"]
    belts = {belt.id: belt.name for belt in case.belts}
    ours, theirs = case.defender.name, case.challenger.name
    return [
        _number(
            "ground", "km2_given_up", f"{ours} leaves", exact_area(front.theatre, settlement.given_up), "km²"
        ),
        _number("ground", "people_given_up", "people there, before the war", people[left].sum(), "persons"),
        _number("ground", "settlements_given_up", "settlements of 500 or more", left.sum(), "count"),
        _text(
            "ground",
            "belt_given_up",
            "fortified belt lost, all or part",
            ", ".join(belts[belt] for belt in settlement.belts_lost) or "none",
        ),
        _number("ground", "km2_returned", f"{theirs} leaves", here.km2[settlement.returned].sum(), "km²"),
        _number("ground", "people_returned", "people there, before the war", people[back].sum(), "persons"),
        _number("ground", "zone_km2", "demilitarised", here.km2[settlement.zone].sum(), "km²"),
    ]


def _line(case: Case, front: Front, settlement: Settlement, town_people: float) -> list[Row]:
    here = front.ground
    after = (settlement.after != DEFENDER).astype(np.int8)
    before_depth, after_depth = depths(settlement, here, front.settlements, town_people)
    towns = f"towns of {town_people:,.0f} or more"
    rows = [
        _number("line", "line_km_before", "line now", cell_line_length(here.holder, here.cell), "km"),
        _number("line", "line_km_after", "line after", cell_line_length(after, here.cell), "km"),
        _number(
            "line",
            "depth_km_before",
            f"open ground to {towns}, now",
            before_depth.km,
            "km",
            _towns(before_depth),
        ),
        _number(
            "line",
            "depth_km_after",
            f"open ground to {towns}, after",
            after_depth.km,
            "km",
            _towns(after_depth),
        ),
    ]
    now, then = place_distances(case, here, here.holder), place_distances(case, here, settlement.after)
    for place in case.places:
        for when, word, km in (("before", "now", now[place.id]), ("after", "after", then[place.id])):
            lost = "not held by the defender" if km == 0 else ""
            label = f"{place.name} to the line, {word}"
            rows.append(_number("line", f"distance_{when}.{place.id}", label, km, "km", lost))
    return rows


def _asked(case: Case, front: Front, settlement: Settlement) -> list[Row]:
    """What the challenger asked for in its own text: ground already taken, given here, and terms granted."""
    asked = own_text(case)
    if asked is None:
        stances = [p for p in case.positions if p.actor == case.challenger.id and p.issue == "territory"]
        latest = max(stances, key=lambda position: position.day, default=None)
        said = f"{latest.stance} ({latest.day})" if latest else "the case holds no text of its own"
        return [_text("asked", "asked_text", f"{case.challenger.name} asked for", said)]
    here = front.ground
    wanted = [region for region in asked_regions(case, asked) if region in front.size]
    rows = [
        _text("asked", "asked_text", f"{case.challenger.name} asked for", f"{asked.name}, {asked.published}"),
        _text("asked", "asked_granted", "of its terms", worded(granted(case, asked, settlement.proposal))),
    ]
    size = sum(front.size[region] for region in wanted)
    if not size:
        return rows
    rest = sum(front.free[region] for region in wanted)
    here_given = exact_area(front.theatre, settlement.given_up & np.isin(here.region, wanted))
    ground: list[Row] = [
        _number("asked", "asked_km2", "ground it asked for", size, "km²"),
        _number("asked", "asked_taken", "of that, already taken", (size - rest) / size, "share"),
    ]
    if rest:
        ground.append(
            _number("asked", "asked_given", "of the rest, given here", min(here_given / rest, 1.0), "share")
        )
    return [rows[0], *ground, rows[1]]


def _clauses(case: Case, settlement: Settlement) -> list[Row]:
    """The clauses by kind in a few words, and how many of them the models use."""
    clauses = settlement.proposal.clauses
    by_kind: dict[str, list[str]] = {}
    for clause in clauses:
        by_kind.setdefault(clause.kind, []).append(clause_words(case, clause))
    rows = [
        _text("clauses", f"clause.{kind}", _KIND_WORDS.get(kind, kind.replace("_", " ")), "; ".join(said))
        for kind, said in by_kind.items()
    ]
    idle = [clause.kind.replace("_", " ") for clause in clauses if not clause_effect(case, clause)]
    counted = {kind: idle.count(kind) for kind in dict.fromkeys(idle)}
    shown = ", ".join(f"{kind} ({count})" if count > 1 else kind for kind, count in counted.items())
    return [
        *rows,
        _number("clauses", "clauses_total", "clauses", len(clauses), "count"),
        _number("clauses", "clauses_modelled", "with a modelled effect", len(clauses) - len(idle), "count"),
        _text("clauses", "clauses_idle", "shown, not modelled", shown or "none"),
    ]


def _number(part: str, item: str, label: str, value: float, unit: str, text: str = "") -> Row:
    return {"part": part, "item": item, "label": label, "value": float(value), "unit": unit, "text": text}


def _text(part: str, item: str, label: str, text: str) -> Row:
    return {"part": part, "item": item, "label": label, "value": np.nan, "unit": "text", "text": text}


def _towns(depth: Depth) -> str:
    if not depth.towns:
        return "none behind it"
    return ", ".join(f"{name} {km:.0f} km" for name, km in depth.towns.items())
