"""The values of the quantities that claims are about, read off an assessment's case, tables and draws.

Nothing is simulated here: a saved run is enough. A quantity whose table is absent has no value, and says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import h3
import numpy as np
import pandas as pd
import xarray as xr

from contactline.case.clauses import Deadline, Withdrawal
from contactline.case.quantities import FORM_FIELDS, Named, parse, viewpoint_id
from contactline.case.schema import Case
from contactline.case.supply import SupportCut, SupportPath
from contactline.choice.claims import Figure
from contactline.choice.courses import OUTCOMES
from contactline.core.errors import ContactlineError
from contactline.stages.war import months as as_months
from contactline.support.adequacy import adequacy


class NoValueError(ContactlineError):
    """A quantity that this run cannot put a value on; the message says what is missing."""


@dataclass(frozen=True)
class Quantity:
    """One quantity with its value: what it is, its unit, where it comes from, and what the range spans.

    For unit "probability" the label is an event, as it stands after "that".
    """

    name: str
    label: str
    unit: str
    kind: str
    figure: Figure
    spans: str


@dataclass(frozen=True)
class Material:
    """What quantities are read from: the case, the tables of a run, and its draws."""

    case: Case
    tables: Mapping[str, pd.DataFrame]
    ensemble: xr.Dataset

    def rows(self, table: str, **where: object) -> pd.DataFrame:
        """The rows of a table that match. Raises NoValueError if the table or the rows are absent."""
        if table not in self.tables:
            raise NoValueError(f"this run has no table {table}")
        frame = self.tables[table]
        for column, value in where.items():
            frame = frame[frame[column] == value]
        if frame.empty:
            wanted = ", ".join(f"{column} {value}" for column, value in where.items())
            raise NoValueError(f"table {table} of this run has no row with {wanted}")
        return frame


def quantity(material: Material, name: str) -> Quantity:
    """The quantity with this name. Raises UnknownNameError (no such name) or NoValueError (not in this run)."""
    named = parse(material.case, name)
    label, unit, figure, spans = _READERS[named.family.template](material, named)
    kind = named.family.kind
    if named.family.template == "belief.{belief}" and _rests_on_sources(material.case, named.slots["belief"]):
        kind = "published"
    if named.family.template.startswith("supply.") and _supply_assumed(
        material.case, named.slots["capability"]
    ):
        kind = "assumed"
    return Quantity(name, label, unit, kind, figure, spans)


Read = tuple[str, str, Figure, str]
"""Label, unit, figure, and what the figure's range spans."""

SOURCES = "span of the sources"
RANGE = "80% range"
POINT = "one figure"
MODELS = "span of the headline forecast and the present tempo"


def _point(value: float) -> Figure:
    return Figure(value, value, value)


def _span(values: pd.Series | list[float], central: float | None = None) -> Figure:
    held = [float(v) for v in values]
    return Figure(min(held), float(np.median(held)) if central is None else central, max(held))


def _row_range(row: pd.Series, stem: str, beyond: float = np.inf) -> Figure:
    """Quantile columns of a row; what lies beyond the horizon counts as `beyond`."""
    stem = f"{stem}_" if stem else ""
    low, middle, high = (float(row[f"{stem}{q}"]) for q in ("q10", "q50", "q90"))
    held = [beyond if v != v else v for v in (low, middle, high)]
    return Figure(*held)


def _draws(values: np.ndarray) -> Figure:
    return Figure(*(float(q) for q in np.quantile(values, [0.1, 0.5, 0.9])))


def _monthly(material: Material, series: str | None = None) -> dict[str, pd.DataFrame]:
    """Series → its months in order, the whole front."""
    rows = material.rows("front_monthly", region="total")
    found = {str(name): own.sort_values("month") for name, own in rows.groupby("series")}
    return {name: own for name, own in found.items() if series in (None, name)}


def _taken(material: Material, months: int) -> list[float]:
    found = [
        float(own["km2"].tail(months).sum()) for own in _monthly(material).values() if len(own) >= months
    ]
    if not found:
        raise NoValueError(f"no map series of this case reaches back {months} months")
    return found


def _tempo(material: Material, named: Named) -> Read:
    months = int(named.slots["months"])
    label = f"net gain of {material.case.challenger.name} in the last {months} full months"
    return label, "km²", _span(_taken(material, months)), SOURCES


def _year_gains(material: Material, year: str) -> list[float]:
    found = []
    for own in _monthly(material).values():
        mine = own[pd.to_datetime(own["month"]).dt.year == int(year)]
        whole = 12 if int(year) < material.case.as_of.year else material.case.as_of.month - 1
        if len(mine) >= max(whole, 1):
            found.append(float(mine["km2"].sum()))
    if not found:
        raise NoValueError(f"no map series of this case covers the full months of {year}")
    return found


def _gain_year(material: Material, named: Named) -> Read:
    year = named.slots["year"]
    label = f"net gain of {material.case.challenger.name} in the full months of {year}"
    gains = _year_gains(material, year)
    if named.name.endswith(".km2"):
        return label, "km²", _span(gains), SOURCES
    country = material.case.evidence.country_km2
    return f"{label}, share of the country", "share", _span([g / country for g in gains]), SOURCES


def _year_losses(material: Material, side: str, year: str) -> list[float]:
    rows = material.rows("losses_history", side=side)
    rows = rows[pd.to_datetime(rows["month"]).dt.year == int(year)]
    if rows.empty:
        raise NoValueError(f"no publisher counts losses of {side} in {year}")
    return [float(total) for total in rows.groupby("series")["value"].sum()]


def _losses_year(material: Material, named: Named) -> Read:
    side = next(s for s in material.case.sides if s.id == named.slots["side"])
    label = f"killed and wounded of {side.name} in {named.slots['year']}, as published"
    return label, "persons", _span(_year_losses(material, side.id, named.slots["year"])), SOURCES


def _losses_per_km2(material: Material, named: Named) -> Read:
    year, side = named.slots["year"], material.case.challenger
    gains = [g for g in _year_gains(material, year) if g > 0]
    if not gains:
        raise NoValueError(f"{side.name} gained nothing in {year}")
    ratios = [loss / gain for loss in _year_losses(material, side.id, year) for gain in gains]
    return (
        f"killed and wounded of {side.name} per km² gained in {year}",
        "persons per km²",
        _span(ratios),
        SOURCES,
    )


def _line(material: Material, _named: Named) -> Read:
    rows = material.rows("line_history").sort_values("date")
    return "length of the line of contact", "km", _point(float(rows["km"].iloc[-1])), POINT


def _distance(material: Material, named: Named) -> Read:
    case = material.case
    points = [(p.id, p.name, p.latitude, p.longitude) for p in case.places]
    points += [(o.id, o.name, o.latitude, o.longitude) for o in case.objectives if o.latitude and o.longitude]
    _, name, latitude, longitude = next(p for p in points if p[0] == named.slots["place"])
    held = material.rows("cells", holder_now=1)["cell"]
    there = (latitude, longitude)
    nearest = min(h3.great_circle_distance(there, h3.cell_to_latlng(cell), unit="km") for cell in held)
    label = f"distance of {name} from ground held by {case.challenger.name} (to the centre of a cell)"
    return label, "km", _point(nearest), POINT


def _km2_left(material: Material, named: Named) -> Read:
    row = material.rows("objectives", objective=named.slots["objective"], model="headline").iloc[0]
    return (
        f"{row['name']}: not held by {material.case.challenger.name}",
        "km²",
        _point(float(row["km2_remaining"])),
        POINT,
    )


def _published(material: Material, named: Named) -> Read:
    entry = next(e for e in material.case.bibliography if e.id == named.slots["reference"])
    value = float(entry.value or 0.0)
    low = value if entry.low is None else entry.low
    high = value if entry.high is None else entry.high
    spans = "the source's own range" if low < high else POINT
    return f"as published by {entry.source} ({entry.id})", entry.unit, Figure(low, value, high), spans


def _supply(material: Material, named: Named) -> Read:
    capability = next(c for c in material.case.capabilities if c.id == named.slots["capability"])
    shares = [donor.share or 0.0 for donor in capability.donors if donor.actor == named.slots["actor"]]
    label = f"share of need for {capability.name.lower()} supplied by {_actor(material.case, named.slots['actor'])}"
    return label, "share", _point(float(sum(shares))), POINT


def _without(material: Material, named: Named) -> Read:
    capability = next(c for c in material.case.capabilities if c.id == named.slots["capability"])
    actor, weeks = named.slots["actor"], int(named.slots["weeks"])
    cut = SupportCut(actor=actor, factor=0.0)
    path = SupportPath(id="asked", name="asked", sources=("case",), cuts=(cut,))
    left = float(adequacy(capability, path, weeks + 1)[-1])
    label = (
        f"share of need for {capability.name.lower()} still met {weeks} weeks after "
        f"{_actor(material.case, actor)} stopped, with what others take over"
    )
    return label, "share", _point(left), POINT


def _next_gain(material: Material, named: Named) -> Read:
    rows = material.rows("gain_fan", model="headline", week=int(named.slots["weeks"]))
    label = (
        f"net gain of {material.case.challenger.name} in the next {named.slots['weeks']} weeks, fighting on"
    )
    return label, "km²", _row_range(rows.iloc[0], ""), RANGE


def _next_losses(material: Material, named: Named) -> Read:
    side = next(s for s in material.case.sides if s.id == named.slots["side"])
    rows = material.rows("losses_fan", side=side.id, kind="killed_wounded", week=int(named.slots["weeks"]))
    label = f"killed and wounded of {side.name} in the next {named.slots['weeks']} weeks, fighting on"
    return label, "persons", _row_range(rows.iloc[0], ""), RANGE


def _p_objective(material: Material, named: Named) -> Read:
    name, weeks = named.slots["objective"], int(named.slots["weeks"])
    rows = material.rows("objectives", objective=name)
    title = str(rows["name"].iloc[0])
    title = title[0].lower() + title[1:] if title.startswith("The ") else title
    event = f"{material.case.challenger.name} takes {title} by force within {weeks} weeks"
    if f"p_{weeks}" in rows.columns:
        by_model = rows.set_index("model")[f"p_{weeks}"]
        headline = float(by_model["headline"])
        return event, "probability", _span(list(by_model), headline), MODELS
    week = _ensemble(material, "objective_week").sel(objective=name)
    return event, "probability", _point(float((week <= weeks).mean())), POINT


def _objective_months(material: Material, named: Named) -> Read:
    row = material.rows("objectives", objective=named.slots["objective"], model="headline").iloc[0]
    weeks = _row_range(row, "week")
    low, middle, high = as_months(np.array([weeks.low, weeks.central, weeks.high]))
    return f"months until {row['name']} is taken by force", "months", Figure(low, middle, high), RANGE


def _objective_losses(material: Material, named: Named) -> Read:
    row = material.rows("objectives", objective=named.slots["objective"], model="headline").iloc[0]
    label = f"killed and wounded of {material.case.challenger.name} on the whole front until {row['name']} is taken"
    return label, "persons", _row_range(row, "attacker_losses"), f"{RANGE} of the draws in which it is taken"


def _opens(material: Material, named: Named) -> Read:
    row = material.rows("opens", lever=named.slots["lever"], target=named.slots["target"]).iloc[0]
    what = {"main_region": "the rest of the region", "belts": "the fortified belt"}[named.slots["target"]]
    label = f"share of {what} gained after two years if {row['name']} falls at once rather than never"
    return (
        label,
        "share",
        Figure(float(row["low"]), float(row["difference"]), float(row["high"])),
        "90% range",
    )


def _surrounded(material: Material, named: Named) -> Read:
    row = material.rows("threats", objective=named.slots["objective"], week=int(named.slots["weeks"])).iloc[0]
    event = f"{row['name']} is surrounded within {named.slots['weeks']} weeks"
    return event, "probability", _point(float(row["p_surrounded"])), POINT


def _price(material: Material, named: Named) -> Read:
    rows = material.rows("price", proposal=named.slots["proposal"])
    row, what = rows.sort_values("km2", ascending=False).iloc[0], named.slots["price"]
    where = f"what “{row['name']}” hands over"
    if what == "p_within_horizon":
        event = f"{material.case.challenger.name} could seize {where} by force within the horizon"
        return event, "probability", _point(float(row[what])), POINT
    if what == "months":
        return f"months to seize {where} by force", "months", _row_range(row, "months"), RANGE
    side = material.case.challenger if what == "attacker_losses" else material.case.defender
    label = f"killed and wounded of {side.name} on the whole front until {where} is seized"
    return label, "persons", _row_range(row, what), f"{RANGE} of the draws in which it is seized"


def _p_hold(material: Material, named: Named) -> Read:
    row = _truce_row(material, named.slots["proposal"], "as_written")
    weeks = named.slots["weeks"]
    event = f"a truce on “{row['name']}”, as written, holds for {weeks} weeks"
    return event, "probability", _point(float(row[f"p_hold_{weeks}"])), POINT


def _truce_change(material: Material, named: Named) -> Read:
    written = _truce_row(material, named.slots["proposal"], "as_written")
    other = _truce_row(material, named.slots["proposal"], named.slots["variant"])
    words = {
        "no_guarantee": "without the guarantee",
        "troops": "with the guarantor's troops",
        "belt_kept": "with the belt kept",
    }[named.slots["variant"]]
    label = f"change in the chance that a truce on “{written['name']}” holds three years, {words}"
    return label, "probability points", _point(float(other["p_hold_156"] - written["p_hold_156"])), POINT


def _truce_row(material: Material, proposal: str, variant: str) -> pd.Series:
    return material.rows("truce", proposal=proposal, variant=variant).iloc[0]


def _credibility(material: Material, named: Named) -> Read:
    row = _truce_row(material, named.slots["proposal"], "as_written")
    return (
        f"the guarantor acts if “{row['name']}” is broken",
        "probability",
        _row_range(row, "credibility"),
        RANGE,
    )


def _verdict(material: Material, named: Named) -> Read:
    case, proposal = material.case, named.slots["proposal"]
    values = next(v for v in case.values if viewpoint_id(v) == named.slots["viewpoint"])
    actor = next((a.name for a in case.actors if a.id == values.actor), values.actor)
    rows = material.rows("verdict", proposal=proposal)
    rows = rows[rows["viewpoint"].str.startswith(f"{actor}: {values.viewpoint}")]
    if rows.empty:
        raise NoValueError(f"table verdict of this run has no row of {actor}: {values.viewpoint}")
    share = float(rows["share_accept"].iloc[0])
    sets = int(material.ensemble.sizes.get("set", 200))
    half = 1.28 * float(np.sqrt(share * (1 - share) / sets))
    figure = Figure(max(share - half, 0.0), share, min(share + half, 1.0))
    name = next(p.name for p in case.proposals if p.id == proposal)
    label = f"share of beliefs and weights in which accepting “{name}” is better, by “{values.viewpoint}” ({actor})"
    return label, "share", figure, "80% range of counting sets of beliefs"


def _support_row(material: Material, path: str) -> pd.Series:
    return material.rows("support_paths", path=path).iloc[0]


def _gain_difference(material: Material, named: Named) -> Read:
    row, today = _support_row(material, named.slots["path"]), _support_row(material, "as_today")
    label = f"median net gain in two years: “{row['name']}”, less that with support as today"
    return label, "km²", _point(float(row["gain_q50"] - today["gain_q50"])), POINT


def _collapse_difference(material: Material, named: Named) -> Read:
    row, today = _support_row(material, named.slots["path"]), _support_row(material, "as_today")
    label = f"chance of a collapse of the line: “{row['name']}”, less that with support as today"
    return label, "probability points", _point(float(row["collapsed"] - today["collapsed"])), POINT


def _collapse(material: Material, _named: Named) -> Read:
    row = material.rows("courses", course="fight_on", outcome="collapsed").iloc[0]
    weeks = int(material.ensemble.sizes.get("week", 260))
    event = f"the line collapses at least once within {weeks} weeks of fighting on"
    return event, "probability", _point(float(row["mean"])), POINT


def _course(material: Material, named: Named) -> Read:
    row = material.rows("courses", course=named.slots["course"], outcome=named.slots["outcome"]).iloc[0]
    label, unit = OUTCOMES[named.slots["outcome"]]
    label = f"{row['name']}: {label[0].lower()}{label[1:]}"
    if unit == "share" and named.slots["outcome"] != "belt_held":
        return label, "share", _point(float(row["mean"])), POINT
    return label, unit, _row_range(row, ""), RANGE


def _benchmark(material: Material, named: Named) -> Read:
    found = next(b for b in material.case.benchmarks if b.id == named.slots["benchmark"])
    assert found.day is not None and found.objective is not None  # the names of the family hold no other
    weeks = (found.day - material.case.as_of).days / 7
    week = _ensemble(material, "objective_week").sel(objective=found.objective)
    title = next(o.name for o in material.case.objectives if o.id == found.objective)
    title = title[0].lower() + title[1:] if title.startswith("The ") else title
    event = f"{title} is taken by {found.day.isoformat()}, as published: {found.text.rstrip('.')}"
    return event, "probability", _point(float((week <= weeks).mean())), POINT


def _ensemble(material: Material, name: str) -> xr.DataArray:
    if name not in material.ensemble:
        raise NoValueError(f"the draws of this run hold no {name}")
    return material.ensemble[name]


def _belief_draws(material: Material, name: str) -> np.ndarray:
    values = _ensemble(material, "belief")
    if name not in values["name"]:
        raise NoValueError(f"the draws of this run hold no belief {name}")
    return np.asarray(values.sel(name=name))


def _belief(material: Material, named: Named) -> Read:
    name = named.slots["belief"]
    found = next((b for b in material.case.beliefs if b.name == name), None)
    label, unit = (found.label, found.unit) if found else (f"the belief {name}", "its own")
    return label, unit, _draws(_belief_draws(material, name)), RANGE


def _absences(material: Material, _named: Named) -> Read:
    absent, back, recruits = (
        _belief_draws(material, f"manpower.defender_{what}")
        for what in ("absences", "absence_return", "recruits")
    )
    label = f"soldiers of {material.case.defender.name} absent without leave, less returns, per recruit"
    return label, "ratio", _draws(absent * (1 - back) / recruits), RANGE


def _deal(material: Material, named: Named) -> Read:
    row, what = material.rows("deals", proposal=named.slots["proposal"]).iloc[0], named.slots["deal"]
    words = {
        "km2_given_up": (f"area that {material.case.defender.name} leaves", "km²"),
        "km2_returned": (f"area that {material.case.challenger.name} leaves", "km²"),
        "people_given_up": ("people before the war in the towns handed over", "persons"),
        "line_km_change": ("change in the length of the line", "km"),
    }
    changed = row["line_km_after"] - row["line_km_before"]
    value = float(changed if what == "line_km_change" else row[what])
    return f"{row['name']}: {words[what][0]}", words[what][1], _point(value), POINT


def _per_km2_taken(material: Material, named: Named) -> Read:
    row = material.rows("deals", proposal=named.slots["proposal"]).iloc[0]
    months = int(named.slots["months"])
    taken = [t for t in _taken(material, months) if t > 0]
    if not taken:
        raise NoValueError(f"{material.case.challenger.name} gained nothing in {months} months")
    given = {float(row["km2_given_up"]), float(row["km2_given_up"] - row["km2_returned"])}
    label = (
        f"{row['name']}: land handed over (with and without what {material.case.challenger.name} returns) over its "
        f"net gain of the last {months} months"
    )
    return label, "ratio", _span([g / t for g in given for t in taken]), SOURCES


def _days_to_answer(material: Material, named: Named) -> Read:
    proposal = next(p for p in material.case.proposals if p.id == named.slots["proposal"])
    days = [(c.day - proposal.published).days for c in proposal.clauses if isinstance(c, Deadline)]
    if not days:
        raise NoValueError(f"“{proposal.name}” names no day for an answer")
    return (
        f"{proposal.name}: days from publication to the answer asked for",
        "days",
        _point(float(min(days))),
        POINT,
    )


def _has(material: Material, named: Named) -> Read:
    case = material.case
    proposal = next(p for p in case.proposals if p.id == named.slots["proposal"])
    names: set[str] = set()
    for clause in proposal.clauses:
        if not getattr(clause, "denies", False):
            names.add(clause.kind)
        names |= {
            f"{clause.kind}:{getattr(clause, field)}" for field in FORM_FIELDS if hasattr(clause, field)
        }
        if isinstance(clause, Withdrawal):
            names.add(f"withdrawal:{'defender' if clause.side == case.defender.id else 'challenger'}")
    wanted = named.slots["clause"]
    label = f"{proposal.name}: holds a clause on {wanted.replace('_', ' ').replace(':', ', ')}"
    return label, "0 or 1", _point(float(wanted in names)), POINT


def _actor(case: Case, name: str) -> str:
    return next((actor.name for actor in case.actors if actor.id == name), name.replace("_", " "))


def _rests_on_sources(case: Case, name: str) -> bool:
    """Whether a belief rests on published sources alone, without an assumption of anyone's."""
    found = next((b for b in case.beliefs if b.name == name), None)
    return found is not None and bool(found.sources) and found.assumption is None


def _supply_assumed(case: Case, name: str) -> bool:
    """Whether any donor's share of a capability is an assumption: the whole is then no better known."""
    capability = next(c for c in case.capabilities if c.id == name)
    return any(donor.assumption is not None for donor in capability.donors)


_READERS: dict[str, Callable[[Material, Named], Read]] = {
    "tempo.net_km2_{months}_months": _tempo,
    "gain.{year}.km2": _gain_year,
    "gain.{year}.share_of_country": _gain_year,
    "line.km": _line,
    "distance.{place}": _distance,
    "losses.{side}.{year}": _losses_year,
    "losses.per_km2.{year}": _losses_per_km2,
    "objective.{objective}.km2_left": _km2_left,
    "published.{reference}": _published,
    "supply.{capability}.{actor}": _supply,
    "supply.{capability}.without_{actor}_{weeks}_weeks": _without,
    "gain.next_{weeks}_weeks": _next_gain,
    "losses.{side}.next_{weeks}_weeks": _next_losses,
    "objective.{objective}.p_{weeks}": _p_objective,
    "objective.{objective}.months": _objective_months,
    "objective.{objective}.attacker_losses": _objective_losses,
    "opens.{lever}.{target}": _opens,
    "surrounded.{objective}.p_{weeks}": _surrounded,
    "price.{proposal}.{price}": _price,
    "truce.{proposal}.p_hold_{weeks}": _p_hold,
    "truce.{proposal}.change.{variant}": _truce_change,
    "truce.{proposal}.credibility": _credibility,
    "verdict.{proposal}.{viewpoint}": _verdict,
    "support.{path}.gain_difference": _gain_difference,
    "support.{path}.collapse_difference": _collapse_difference,
    "collapse.chance": _collapse,
    "course.{course}.{outcome}": _course,
    "benchmark.{benchmark}": _benchmark,
    "belief.{belief}": _belief,
    "manpower.absences_per_recruit": _absences,
    "proposal.{proposal}.{deal}": _deal,
    "proposal.{proposal}.given_up_per_km2_taken_{months}_months": _per_km2_taken,
    "proposal.{proposal}.days_to_answer": _days_to_answer,
    "proposal.{proposal}.has.{clause}": _has,
}
"""One reader for every family of names; a test compares the two lists."""
