"""Quantities of the front and the war: what was measured, and what is forecast if the fighting goes on."""

from __future__ import annotations

import h3
import numpy as np
import pandas as pd

from contactline.case.quantities import Named
from contactline.choice.claims import Known
from contactline.topics.choice.schema import COURSES
from contactline.topics.claims.make.quantity_parts import (
    MODELS,
    POINT,
    RANGE,
    SOURCES,
    Material,
    NoValueError,
    Read,
    ensemble,
    monthly,
    point,
    row_range,
    span,
    taken,
)
from contactline.topics.fighting.schema import (
    CELLS,
    LOSSES_HISTORY,
    OBJECTIVES,
    OPENS,
)
from contactline.topics.front.schema import LINE_HISTORY
from contactline.topics.quantiles import months as as_months
from contactline.topics.words import inside


def tempo(material: Material, named: Named) -> Read:
    """Net gain of the last full months, km²."""
    months = int(named.slots["months"])
    label = f"net gain of {material.case.challenger.name} in the last {months} full months"
    return label, "km²", span(taken(material, months)), SOURCES


def _year_gains(material: Material, year: str) -> list[float]:
    found = []
    for own in monthly(material).values():
        mine = own[pd.to_datetime(own["month"]).dt.year == int(year)]
        whole = 12 if int(year) < material.case.as_of.year else material.case.as_of.month - 1
        if len(mine) >= max(whole, 1):
            found.append(float(mine["km2"].sum()))
    if not found:
        raise NoValueError(f"no map series of this case covers the full months of {year}")
    return found


def gain_year(material: Material, named: Named) -> Read:
    """Net gain of a year's full months, km² or share of the country."""
    year = named.slots["year"]
    label = f"net gain of {material.case.challenger.name} in the full months of {year}"
    gains = _year_gains(material, year)
    if named.name.endswith(".km2"):
        return label, "km²", span(gains), SOURCES
    country = material.case.evidence.country_km2
    return f"{label}, share of the country", "share", span([g / country for g in gains]), SOURCES


def _year_losses(material: Material, side: str, year: str) -> list[float]:
    rows = material.rows(LOSSES_HISTORY, side=side)
    rows = rows[pd.to_datetime(rows["month"]).dt.year == int(year)]
    if rows.empty:
        raise NoValueError(f"no publisher counts losses of {side} in {year}")
    return [float(total) for total in rows.groupby("series")["value"].sum()]


def losses_year(material: Material, named: Named) -> Read:
    """Killed and wounded of a side in a year, as published."""
    side = next(s for s in material.case.sides if s.id == named.slots["side"])
    label = f"killed and wounded of {side.name} in {named.slots['year']}, as published"
    return label, "persons", span(_year_losses(material, side.id, named.slots["year"])), SOURCES


def losses_per_km2(material: Material, named: Named) -> Read:
    """The challenger's killed and wounded per km² gained in a year."""
    year, side = named.slots["year"], material.case.challenger
    gains = [g for g in _year_gains(material, year) if g > 0]
    if not gains:
        raise NoValueError(f"{side.name} gained nothing in {year}")
    ratios = [loss / gain for loss in _year_losses(material, side.id, year) for gain in gains]
    return (
        f"killed and wounded of {side.name} per km² gained in {year}",
        "persons per km²",
        span(ratios),
        SOURCES,
    )


def line(material: Material, _named: Named) -> Read:
    """Length of the line of contact, km."""
    rows = material.rows(LINE_HISTORY).sort_values("date")
    return "length of the line of contact", "km", point(float(rows["km"].iloc[-1])), POINT


def distance(material: Material, named: Named) -> Read:
    """Distance of a place from the nearest cell that the challenger holds, km."""
    case = material.case
    points = [(p.id, p.name, p.latitude, p.longitude) for p in case.places]
    points += [(o.id, o.name, o.latitude, o.longitude) for o in case.objectives if o.latitude and o.longitude]
    _, name, latitude, longitude = next(p for p in points if p[0] == named.slots["place"])
    held = material.rows(CELLS, holder_now=1)["cell"]
    there = (latitude, longitude)
    nearest = min(h3.great_circle_distance(there, h3.cell_to_latlng(cell), unit="km") for cell in held)
    label = f"distance of {name} from ground held by {case.challenger.name} (to the centre of a cell)"
    return label, "km", point(nearest), POINT


def p_objective(material: Material, named: Named) -> Read:
    """Probability that an objective is taken by force within some weeks."""
    name, weeks = named.slots["objective"], int(named.slots["weeks"])
    rows = material.rows(OBJECTIVES, objective=name)
    title = str(rows["name"].iloc[0])
    title = inside(title)
    event = f"{material.case.challenger.name} takes {title} by force within {weeks} weeks"
    if f"p_{weeks}" in rows.columns:
        by_model = rows.set_index("model")[f"p_{weeks}"]
        headline = float(by_model["headline"])
        return event, "probability", span(list(by_model), headline), MODELS
    week = ensemble(material, "objective_week").sel(objective=name)
    return event, "probability", point(float((week <= weeks).mean())), POINT


def objective_months(material: Material, named: Named) -> Read:
    """Months until an objective is taken by force."""
    row = material.rows(OBJECTIVES, objective=named.slots["objective"], model="headline").iloc[0]
    weeks = row_range(row, "week")
    low, middle, high = as_months(np.array([weeks.low, weeks.central, weeks.high]))
    return f"months until {row['name']} is taken by force", "months", Known(low, middle, high), RANGE


def opens(material: Material, named: Named) -> Read:
    """Share of a target gained after two years if a lever falls at once rather than never, its fall changing the pace
    as `war.hub_effect` has it: with the pace held equal a place could only redistribute."""
    row = material.rows(OPENS, lever=named.slots["lever"], target=named.slots["target"]).iloc[0]
    what = {"main_region": "the rest of the region", "belts": "the fortified belt"}[named.slots["target"]]
    label = f"share of {what} gained after two years if {row['name']} falls at once rather than never"
    return (
        label,
        "share",
        Known(float(row["pace_low"]), float(row["pace_difference"]), float(row["pace_high"])),
        "90% range of war.hub_effect",
    )


def benchmark(material: Material, named: Named) -> Read:
    """Probability of what a benchmark of the case says."""
    found = next(b for b in material.case.benchmarks if b.id == named.slots["benchmark"])
    assert found.day is not None and found.objective is not None  # the names of the family hold no other
    weeks = (found.day - material.case.as_of).days / 7
    week = ensemble(material, "objective_week").sel(objective=found.objective)
    title = next(o.name for o in material.case.objectives if o.id == found.objective)
    title = inside(title)
    event = f"{title} is taken by {found.day.isoformat()}, as published: {found.text.rstrip('.')}"
    return event, "probability", point(float((week <= weeks).mean())), POINT


def collapse(material: Material, _named: Named) -> Read:
    """Probability that the line collapses at least once while fighting goes on."""
    row = material.rows(COURSES, course="fight_on", outcome="collapsed").iloc[0]
    weeks = int(material.ensemble.sizes.get("week", 260))
    event = f"the line collapses at least once within {weeks} weeks of fighting on"
    return event, "probability", point(float(row["mean"])), POINT
