"""The data dictionary of an assessment's tables: every column's type, unit and meaning.

The same dictionary types a table when it is saved or loaded, and is written beside the CSV files, so that
the files and their description cannot disagree. A name that ends in `*` stands for a family of columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.tables import TABLES as CASE_TABLES
from contactline.case.tables import Column, Table
from contactline.core.errors import InputError, UnknownNameError

QUANTILES = (
    ("q05", 0.05),
    ("q10", 0.1),
    ("q25", 0.25),
    ("q50", 0.5),
    ("q75", 0.75),
    ("q90", 0.9),
    ("q95", 0.95),
)


def _text(name: str, meaning: str, optional: bool = False) -> Column:
    return Column(name, "text", "text", meaning, optional=optional)


def _id(name: str, meaning: str) -> Column:
    return Column(name, "text", "name", meaning)


def _num(name: str, unit: str, meaning: str, low: float = -np.inf, optional: bool = False) -> Column:
    return Column(name, "number", unit, meaning, low, optional=optional)


def _maybe(name: str, unit: str, meaning: str) -> Column:
    return _num(name, unit, meaning, optional=True)


def _chance(name: str, meaning: str, optional: bool = False) -> Column:
    return Column(name, "number", "probability", meaning, 0, 1, optional)


def _day(name: str, meaning: str, optional: bool = False) -> Column:
    return Column(name, "day", "calendar day", meaning, optional=optional)


def _spread(
    stem: str, unit: str, meaning: str, levels: tuple[str, ...] = ("q10", "q50", "q90")
) -> tuple[Column, ...]:
    """Quantile columns `stem_q10` … of one quantity; missing where the quantile lies beyond the horizon."""
    named = {"q10": "lower end of the 80% range", "q50": "median", "q90": "upper end of the 80% range"}
    return tuple(_maybe(f"{stem}_{q}".strip("_"), unit, f"{meaning}, {named.get(q, q)}") for q in levels)


_ALL = tuple(name for name, _ in QUANTILES)
SERIES = _id("series", "map series or publisher, an id of the case")
REGION = _id("region", "region id of the case, or total")
PROPOSAL = _id("proposal", "proposal id of the case")
NAME = _text("name", "what it is called")
MODEL = _id(
    "model", "forecast: headline (the pool), tempo (if the present tempo persists), climatology, level"
)
OBJECTIVE = _id("objective", "objective id of the case")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "front_monthly",
            "Net change of the area held by the challenger, month by month",
            (
                SERIES,
                _day("month", "first day of the month"),
                REGION,
                _num("km2", "km²", "net change over the month"),
                Column(
                    "flagged", "flag", "true or false", "a day of the month is missing, duplicated or a jump"
                ),
            ),
            ("series", "month", "region"),
        ),
        Table(
            "area_history",
            "Net change of the area held by the challenger since the first day that the map series share",
            (
                SERIES,
                _day("date", "end of the week"),
                _num("km2", "km²", "net change since the common start"),
            ),
            ("series", "date"),
        ),
        Table(
            "line_history",
            "Length of the line of contact",
            (_day("date", "day"), _num("km", "km", "length of the line inside the country", 0)),
            ("date",),
        ),
        Table(
            "gain_fan",
            "Forecast of the challenger's cumulative net gain after the as-of date, fighting on, headline map",
            (
                MODEL,
                Column("week", "whole", "weeks", "weeks after the as-of date", 0),
                _day("date", "end of that week"),
                *(_num(q, "km²", f"cumulative net gain, quantile {q[1:]}%") for q in _ALL),
            ),
            ("model", "week"),
        ),
        Table(
            "objectives",
            "When each objective would be taken if the fighting goes on",
            (
                OBJECTIVE,
                NAME,
                MODEL,
                *(
                    _chance(f"p_{w}", f"chance that it is taken within {w} weeks")
                    for w in (26, 52, 104, 156, 260)
                ),
                *_spread("week", "weeks", "weeks until it is taken (missing: beyond the horizon)"),
                *_spread("attacker_losses", "persons", "killed and wounded of the challenger until then"),
                _maybe("km2_remaining", "km²", "what the challenger does not hold of it on the as-of date"),
            ),
            ("objective", "model"),
        ),
        Table(
            "line_fan",
            "Forecast of the length of the line of contact on the grid, fighting on",
            (
                Column("week", "whole", "weeks", "weeks after the as-of date", 1),
                *(_num(q, "km", f"length of the line, quantile {q[1:]}%", 0) for q in ("q10", "q50", "q90")),
            ),
            ("week",),
        ),
        Table(
            "threats",
            "How far each place is surrounded: ground within 15 km of it, in twelve directions",
            (
                OBJECTIVE,
                NAME,
                Column("week", "whole", "weeks", "weeks after the as-of date; 0 is now", 0),
                Column(
                    "directions", "number", "count", "directions, of 12, held by half or more, mean", 0, 12
                ),
                _chance("p_surrounded", "chance that nine or more directions are held by the challenger"),
            ),
            ("objective", "week"),
        ),
        Table(
            "support_paths",
            "What support changes if the fighting goes on, on the same futures",
            (
                _id("path", "support path of the case"),
                NAME,
                *_spread("gain", "km²", "challenger's net gain in two years"),
                *_spread(
                    "defender_losses",
                    "persons",
                    "killed and wounded of the defender in five years of fighting",
                ),
                _chance("collapsed", "chance of at least one collapse within the horizon"),
            ),
            ("path",),
        ),
        Table(
            "opens",
            "What a place opens: share of a target held by the challenger after two years, the place given or denied",
            (
                _id("lever", "objective or belt that is given at once, or never falls"),
                NAME,
                _id("target", "main_region (its remainder) or belts, without the place itself"),
                _chance("given", "mean share of the target held if the place is given at once"),
                _chance("denied", "mean share of the target held if the place never falls"),
                Column("difference", "number", "share", "given minus denied, same futures", -1, 1),
                Column(
                    "low",
                    "number",
                    "share",
                    "lower end of the 90% range of the mean difference, simulation only",
                    -2,
                    2,
                ),
                Column(
                    "high",
                    "number",
                    "share",
                    "upper end of the 90% range of the mean difference, simulation only",
                    -2,
                    2,
                ),
            ),
            ("lever", "target"),
        ),
        Table(
            "price",
            "What a proposal hands over, and what seizing the same by force would take",
            (
                PROPOSAL,
                NAME,
                REGION,
                _num("km2", "km²", "area handed over", 0),
                _num("settlements", "count", "settlements of 500 people or more in it", 0),
                _num("people", "persons", "GeoNames population of those settlements, before the war", 0),
                _text("belts", "fortified belts in it"),
                Column("share_of_region", "number", "share", "share of the region's area", 0, 1),
                *_spread("months", "months", "time to seize it by force (missing: beyond the horizon)"),
                _chance("p_within_horizon", "chance that it is seized within the horizon"),
                *_spread(
                    "attacker_losses",
                    "persons",
                    "killed and wounded of the challenger on the whole front by then, draws in which it falls",
                ),
                *_spread(
                    "defender_losses",
                    "persons",
                    "killed and wounded of the defender on the whole front by then, draws in which it falls",
                ),
            ),
            ("proposal", "region"),
        ),
        Table(
            "deals",
            "The proposals side by side, as their terms apply to the map",
            (
                PROPOSAL,
                NAME,
                _text("author", "who made it"),
                _day("published", "day of publication"),
                _num("km2_given_up", "km²", "area that the defender leaves", 0),
                _num("km2_returned", "km²", "area that the challenger leaves", 0),
                _num("people_given_up", "persons", "GeoNames population of the area left by the defender", 0),
                _num("settlements_given_up", "count", "settlements of 500 people or more in it", 0),
                _text("belt_given_up", "fortified belts given up"),
                _num("line_km_before", "km", "length of the line on the as-of date", 0),
                _num("line_km_after", "km", "length of the line after the terms", 0),
                _text("guarantee", "the guarantee it carries"),
                _num("clauses_total", "count", "clauses of the proposal", 0),
                _num("clauses_modelled", "count", "clauses with an effect in the model", 0),
            ),
            ("proposal",),
        ),
        Table(
            "clauses",
            "The clauses of each proposal as data, and whether the model uses them",
            (
                PROPOSAL,
                _text("point", "where it stands in the text"),
                _id("kind", "kind of clause"),
                _text("text", "paraphrase"),
                Column("modelled", "flag", "true or false", "whether the clause has an effect in the model"),
                _text("effect", "what effect, or why none"),
                _text("sources", "ids of the bibliography"),
            ),
            (),
        ),
        Table(
            "truce",
            "How long a truce on each proposal would hold, and what variants of the terms change",
            (
                PROPOSAL,
                NAME,
                _id("variant", "as_written, no_guarantee, troops or belt_kept"),
                *(_chance(f"p_hold_{w}", f"chance that it holds for {w} weeks") for w in (52, 156, 260)),
                *_spread("credibility", "probability", "chance that the guarantor acts if invoked"),
            ),
            ("proposal", "variant"),
        ),
        Table(
            "courses",
            "Outcomes of each course of action at the horizon",
            (
                _id("course", "course of action id"),
                NAME,
                _id("outcome", "outcome id"),
                _text("label", "what the outcome measures"),
                _text("unit", "unit of the outcome"),
                _maybe("mean", "the outcome's", "mean over draws"),
                *_spread("", "the outcome's", "outcome"),
            ),
            ("course", "outcome"),
        ),
        Table(
            "breakeven",
            "Share of beliefs and weights under which accepting is better, over the two beliefs in dispute",
            (
                PROPOSAL,
                _chance("credibility", "chance that the guarantor acts if invoked"),
                _num(
                    "collapse_rate", "per year", "rate of collapses of the defence if the fighting goes on", 0
                ),
                _chance("share_accept", "share in which accepting is better"),
            ),
            ("proposal", "credibility", "collapse_rate"),
        ),
        Table(
            "breakeven_curve",
            "The credibility at which accepting and fighting on are even, for each rate of collapse",
            (
                PROPOSAL,
                _num("collapse_rate", "per year", "rate of collapses of the defence", 0),
                _chance("credibility", "break-even credibility (missing: none between 0 and 1)", True),
            ),
            ("proposal", "collapse_rate"),
        ),
        Table(
            "verdict",
            "Which course is better, by viewpoint",
            (
                PROPOSAL,
                _text("viewpoint", "whose values, as published"),
                _chance("share_accept", "share of beliefs and weights in which accepting is better"),
                _chance("p_accept_mean_value", "the same with every weight at the middle of its range", True),
            ),
            ("proposal", "viewpoint"),
        ),
        Table(
            "hinges",
            "Beliefs that decide: how the share preferring acceptance moves over each belief's present range",
            (
                _id("belief", "belief id of the case"),
                _text("label", "what the belief is"),
                _text("unit", "its unit"),
                _num("present_low", "the belief's", "lower end of the present 80% range"),
                _num("present_high", "the belief's", "upper end of the present 80% range"),
                _chance("share_low", "share preferring acceptance at the lower end"),
                _chance("share_high", "share preferring acceptance at the upper end"),
                _maybe(
                    "flip_value", "the belief's", "value at which the share crosses one half (missing: never)"
                ),
                _text("watch", "the evidence that would move it"),
            ),
            (),
        ),
        Table(
            "backtest_summary",
            "Scores of each forecast on rolling origins",
            (
                SERIES,
                _id("model", "forecast or baseline id"),
                _text("label", "what it is called"),
                Column("horizon", "whole", "weeks", "weeks ahead", 1),
                _num("crps", "km²", "mean continuous ranked probability score; lower is better", 0),
                _maybe("crps_ratio*", "ratio", "score divided by that of the baseline named in the column"),
                *(
                    _chance(f"cover{c}", f"share of outcomes inside the {c}% band", True)
                    for c in (50, 80, 90)
                ),
                _num("origins", "count", "forecast origins scored", 0),
                _num("independent_windows", "count", "windows of that length that do not overlap", 0),
            ),
            ("series", "model", "horizon"),
        ),
        Table(
            "backtest_bars",
            "The bars set beforehand, and whether they were met",
            (
                _text("bar", "what was required"),
                _text("allowed", "what would meet it"),
                _text("got", "what was measured"),
                Column("met", "flag", "true or false", "whether it was met"),
            ),
            ("bar",),
        ),
        Table(
            "backtest_pit",
            "Where each outcome fell in its forecast distribution (evenly spread if calibrated)",
            (
                _id("model", "forecast id"),
                Column("horizon", "whole", "weeks", "weeks ahead", 1),
                _chance("pit", "share of the forecast below the outcome"),
            ),
            (),
        ),
        Table(
            "losses_history",
            "Losses per month as published",
            (
                _day("month", "first day of the month"),
                _id("side", "side id of the case"),
                SERIES,
                _num("value", "persons", "killed and wounded in the month, as that publisher counts them"),
            ),
            ("month", "side", "series"),
        ),
        Table(
            "losses_fan",
            "Forecast of cumulative losses after the as-of date if the fighting goes on",
            (
                _id("side", "side id of the case"),
                _id("kind", "killed or killed_wounded"),
                Column("week", "whole", "weeks", "weeks after the as-of date", 0),
                *(_num(q, "persons", f"cumulative losses, quantile {q[1:]}%") for q in ("q10", "q50", "q90")),
            ),
            ("side", "kind", "week"),
        ),
        Table(
            "cells",
            "The map: who held each cell then and now, and the chances of the challenger holding it",
            (
                Column("cell", "text", "H3 index", "hexagon of the theatre"),
                REGION,
                Column(
                    "holder_first", "whole", "0 or 1", "1 if held by the challenger on the first day", 0, 1
                ),
                Column(
                    "holder_now", "whole", "0 or 1", "1 if held by the challenger on the as-of date", 0, 1
                ),
                *(
                    _chance(f"p_{w}", f"chance that the challenger holds it after {w} weeks", True)
                    for w in (26, 52, 104)
                ),
                Column(
                    "after_*",
                    "whole",
                    "0, 1 or 2",
                    "after the named proposal: 0 defender, 1 challenger, 2 DMZ",
                    0,
                    2,
                ),
            ),
            ("cell",),
        ),
        CASE_TABLES["changes"],
        CASE_TABLES["outlines"],
        CASE_TABLES["settlements"],
        Table(
            "places",
            "Points named on maps",
            (
                _id("id", "place id of the case"),
                NAME,
                _num("latitude", "°N", "WGS84"),
                _num("longitude", "°E", "WGS84"),
            ),
            ("id",),
        ),
        Table(
            "assumptions",
            "Every belief and assumption, with its owner",
            (
                _id("name", "belief or assumption id"),
                _text("label", "what it is"),
                _text("unit", "its unit"),
                _text("distribution", "its distribution"),
                _text("owner", "who assumes it, or the sources it rests on"),
                _text("why", "why that value and width"),
                _text("sources", "ids of the bibliography"),
                _text("watch", "the evidence that would move it"),
            ),
            (),
        ),
        Table(
            "references",
            "Bibliography",
            (
                _id("id", "id used elsewhere"),
                _text("title", "title or statement"),
                _text("source", "who published it"),
                _text("url", "where"),
                _text("day", "when"),
                _text("confidence", "high, medium, low or empty"),
            ),
            ("id",),
        ),
        Table(
            "benchmarks",
            "Published forecasts and rates set beside ours, never fitted to",
            (
                _text("text", "what was published"),
                _text("objective", "objective id, if any"),
                _text("day", "day named, if any"),
                _text("source", "who published it"),
                _text("ours", "our figure for the same"),
            ),
            (),
        ),
    )
}


def column_for(table: Table, name: str) -> Column | None:
    """The dictionary entry that covers column `name`, families included; None if there is none."""
    return next((column for column in table.columns if fnmatchcase(name, column.name)), None)


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with each column in its canonical type.

    Raises UnknownNameError for a table the dictionary lacks, InputError for columns that are missing or
    not described: what cannot be explained is not written.
    """
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    table = TABLES[name]
    present = [str(column) for column in frame.columns]
    missing = [c.name for c in table.columns if "*" not in c.name and c.name not in present]
    undescribed = [column for column in present if column_for(table, column) is None]
    if missing or undescribed:
        raise InputError(
            f"assessment table {name!r}: columns {present}"
            + (f"; missing {missing}" if missing else "")
            + (f"; not in the dictionary {undescribed}" if undescribed else "")
            + ". Allowed are those of contactline.report.tables."
        )
    return pd.DataFrame({c: _canonical(frame[c], column_for(table, c)) for c in present}).reset_index(
        drop=True
    )


def to_csv(frame: pd.DataFrame) -> str:
    """A table as CSV text, the same bytes wherever it is written: ISO days, nine significant digits."""
    text: str = frame.to_csv(index=False, float_format="%.9g", date_format="%Y-%m-%d", lineterminator="\n")
    return text


def dictionary_json(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The dictionary of the tables in `frames` as plain data, in the shape of a Frictionless data package."""
    resources = []
    for name in sorted(frames):
        table = TABLES[name]
        fields = [
            {"name": c, "type": _json_type(entry), "unit": entry.unit, "description": entry.meaning}
            for c in map(str, frames[name].columns)
            if (entry := column_for(table, c)) is not None
        ]
        schema = {"fields": fields, "primaryKey": list(table.key)}
        resources.append(
            {"name": name, "path": f"{name}.csv", "description": table.meaning, "schema": schema}
        )
    return {"name": "contactline-assessment", "resources": resources}


def dictionary_markdown(frames: Mapping[str, pd.DataFrame]) -> str:
    """The same dictionary for people to read."""
    lines = [
        "# Tables of this assessment",
        "",
        "Dates are ISO days, an empty field is a missing value, numbers are written to nine significant digits.",
    ]
    for resource in dictionary_json(frames)["resources"]:
        lines += ["", f"## {resource['path']}", "", f"{resource['description']}.", ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [
            f"| {f['name']} | {f['type']} | {f['unit']} | {f['description']} |"
            for f in resource["schema"]["fields"]
        ]
    return "\n".join(lines) + "\n"


def _json_type(column: Column) -> str:
    return {"day": "date", "text": "string", "number": "number", "whole": "integer", "flag": "boolean"}[
        column.kind
    ]


def _canonical(values: pd.Series, column: Column | None) -> pd.Series:
    kind = column.kind if column else "text"
    if kind == "day":
        return pd.to_datetime(values).astype("datetime64[ns]")
    if kind == "flag":
        return values.map(lambda v: v if isinstance(v, bool | np.bool_) else str(v) == "True").astype(bool)
    if kind == "text":
        return values.map(lambda v: "" if v is None or v is pd.NA or v != v else str(v)).astype(object)
    numbers = pd.to_numeric(values).astype("float64")
    return numbers.astype("int64") if kind == "whole" and numbers.notna().all() else numbers
