"""What the readers of quantities share: the material they read from, and ranges of draws, rows and sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.choice.claims import Known
from contactline.core.errors import ContactlineError
from contactline.core.frame import Table, Tables
from contactline.topics.front.schema import FRONT_MONTHLY
from contactline.topics.truce.schema import TRUCE


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
    figure: Known
    spans: str


@dataclass(frozen=True)
class Material:
    """What quantities are read from: the case, the tables of a run, and its draws."""

    case: Case
    tables: Tables
    ensemble: xr.Dataset

    def rows(self, table: Table, **where: object) -> pd.DataFrame:
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


Read = tuple[str, str, Known, str]
"""Label, unit, figure, and what the figure's range spans."""

SOURCES = "span of the sources"
RANGE = "80% range"
POINT = "one figure"
MODELS = "span of the headline forecast and the present tempo"


def point(value: float) -> Known:
    """A figure known as one value, in its own unit."""
    return Known(value, value, value)


def span(values: pd.Series | list[float], central: float | None = None) -> Known:
    """From the lowest to the highest of sources or models, in their unit; `central`, or their median, between."""
    held = [float(v) for v in values]
    return Known(min(held), float(np.median(held)) if central is None else central, max(held))


def row_range(row: pd.Series, stem: str, beyond: float = np.inf) -> Known:
    """Quantile columns of a row; what lies beyond the horizon counts as `beyond`."""
    stem = f"{stem}_" if stem else ""
    low, middle, high = (float(row[f"{stem}{q}"]) for q in ("q10", "q50", "q90"))
    held = [beyond if v != v else v for v in (low, middle, high)]
    return Known(*held)


def draws(values: np.ndarray) -> Known:
    """The middle 80% of draws ndarray[draw], in their unit."""
    return Known(*(float(q) for q in np.quantile(values, [0.1, 0.5, 0.9])))


def monthly(material: Material, series: str | None = None) -> dict[str, pd.DataFrame]:
    """Series → its months in order, the whole front."""
    rows = material.rows(FRONT_MONTHLY, region="total")
    found = {str(name): own.sort_values("month") for name, own in rows.groupby("series")}
    return {name: own for name, own in found.items() if series in (None, name)}


def taken(material: Material, months: int) -> list[float]:
    """Net gain over the last full months, one value for each map series that goes back so far."""
    found = [float(own["km2"].tail(months).sum()) for own in monthly(material).values() if len(own) >= months]
    if not found:
        raise NoValueError(f"no map series of this case reaches back {months} months")
    return found


def truce_row(material: Material, proposal: str, variant: str) -> pd.Series:
    """The row of table truce for a proposal and a variant."""
    return material.rows(TRUCE, proposal=proposal, variant=variant).iloc[0]


def ensemble(material: Material, name: str) -> xr.DataArray:
    """A variable of the saved draws. Raises NoValueError if absent."""
    if name not in material.ensemble:
        raise NoValueError(f"the draws of this run hold no {name}")
    return material.ensemble[name]


def belief_draws(material: Material, name: str) -> np.ndarray:
    """The drawn values of a belief, in its unit : ndarray[set]. Raises NoValueError if absent."""
    values = ensemble(material, "belief")
    if name not in values["name"]:
        raise NoValueError(f"the draws of this run hold no belief {name}")
    return np.asarray(values.sel(name=name))


def actor_name(case: Case, name: str) -> str:
    """The name of an actor of the case, or its id in words."""
    return next((actor.name for actor in case.actors if actor.id == name), name.replace("_", " "))
