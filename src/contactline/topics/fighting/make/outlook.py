"""What fighting on can achieve, as tables: gains, objectives, losses, and the map of chances."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.dates import day_after_weeks
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.engine.fronts import SimulatedFront
from contactline.engine.ground import Front
from contactline.engine.outlook import MODELS, Outlook
from contactline.engine.run import Run
from contactline.topics.fighting.make.places import threats
from contactline.topics.fighting.make.salients import SURROUNDINGS, salient_table
from contactline.topics.fighting.schema import (
    CELLS,
    GAIN_FAN,
    LINE_FAN,
    LOSSES_FAN,
    LOSSES_HISTORY,
    OBJECTIVES,
    SALIENTS,
    THREATS,
)
from contactline.topics.quantiles import SPREAD, spread, spread_given
from contactline.war.forecast import MEMBERS
from contactline.war.objectives import chance_held

QUANTILES = {"q05": 0.05, "q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90, "q95": 0.95}


BY_WEEKS = (26, 52, 104, 156, 260)


MAP_WEEKS = (26, 52, 104)


def war_tables(case: Case, front: Front, outlook: Outlook) -> Tables:
    """Tables gain_fan, objectives, losses_fan and the map's cells (without the proposals' columns)."""
    tables = {
        GAIN_FAN: _gain_fan(case, outlook),
        OBJECTIVES: _objectives(case, outlook),
        LOSSES_FAN: _losses_fan(case, outlook),
        CELLS: _cells(front, outlook),
    }
    fought, around = outlook.front(), outlook.reads.of(SURROUNDINGS)
    if fought is not None and around is not None:
        tables[LINE_FAN] = _line_fan(fought, outlook.futures.weeks)
        tables[THREATS] = threats(fought, case, front, MAP_WEEKS)
        tables[SALIENTS] = salient_table(fought, around, case, front, MAP_WEEKS)
    return made(tables)


def losses_history(loaded: LoadedCase) -> pd.DataFrame:
    """Monthly killed and wounded as published, for each series that counts at least twelve months.

    A month's value is the difference of the counts that stand at its two ends; a month without both is left out.
    """
    table = loaded.evidence("losses")
    table = table[table["kind"] == "killed_wounded"]
    parts = []
    for (side, series), rows in table.groupby(["side", "series"]):
        counts = rows.set_index("date")["cumulative"].sort_index()
        days = pd.DatetimeIndex(counts.index)
        month = days.to_period("M")
        # A count of the first day of a month closes the month before; other counts stand for their own month's end.
        closing = np.where(days.day == 1, month - 1, month)
        level = counts.groupby(pd.PeriodIndex(closing)).last()
        ends = pd.PeriodIndex(level.index)
        level = level[ends.to_timestamp(how="end").normalize() <= days[-1]]
        value = level.reindex(pd.period_range(ends[0], ends[-1], freq="M")).diff().dropna()
        if len(value) < 12:
            continue
        months_ = pd.PeriodIndex(value.index).to_timestamp()
        parts.append(
            pd.DataFrame({"month": months_, "side": side, "series": series, "value": value.to_numpy()})
        )
    return pd.concat(parts, ignore_index=True) if parts else LOSSES_HISTORY.frame()


def _gain_fan(case: Case, outlook: Outlook) -> pd.DataFrame:
    parts = []
    for model in ("headline", *MEMBERS):
        path = outlook.gains(model)
        table = pd.DataFrame(np.quantile(path, list(QUANTILES.values()), axis=0).T, columns=list(QUANTILES))
        table.insert(0, "model", model)
        table.insert(1, "week", np.arange(1, path.shape[1] + 1))
        table.insert(2, "date", [pd.Timestamp(day_after_weeks(case.as_of, w)) for w in table["week"]])
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _objectives(case: Case, outlook: Outlook) -> pd.DataFrame:
    rows = []
    for objective in case.objectives:
        for model in MODELS:
            fall = outlook.falls(objective.id, model)
            rows.append(
                {"objective": objective.id, "name": objective.name, "model": model}
                | {f"p_{weeks}": float(np.mean(fall.week <= weeks)) for weeks in BY_WEEKS}
                | spread(fall.week, "week")
                | spread_given(fall.attacker_losses, "attacker_losses")
                | {"km2_remaining": fall.km2_remaining}
            )
    return pd.DataFrame(rows)


def _losses_fan(case: Case, outlook: Outlook) -> pd.DataFrame:
    beliefs = outlook.futures.beliefs
    parts = []
    headline = outlook.fighting()
    for side, total, killed in (
        (case.challenger.id, headline.attacker_losses, "losses.attacker_killed_share"),
        (case.defender.id, headline.defender_losses, "losses.defender_killed_share"),
    ):
        for kind, share in (("killed_wounded", 1.0), ("killed", beliefs[killed][:, None])):
            table = pd.DataFrame(
                np.quantile(total * share, list(SPREAD.values()), axis=0).T, columns=list(SPREAD)
            )
            table.insert(0, "side", side)
            table.insert(1, "kind", kind)
            table.insert(2, "week", np.arange(1, total.shape[1] + 1))
            parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _line_fan(simulated: SimulatedFront, horizon: int) -> pd.DataFrame:
    weeks = list(range(13, horizon + 1, 13))
    table = pd.DataFrame(
        np.quantile(simulated.line_km(weeks), list(SPREAD.values()), axis=0).T, columns=list(SPREAD)
    )
    table.insert(0, "week", weeks)
    return table


def _cells(front: Front, outlook: Outlook) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "cell": front.cells["cell"],
            "region": front.cells["region"],
            "holder_first": front.cells["holder"],
            "holder_now": front.ground.holder.astype(int),
        }
    )
    fought = outlook.front()
    if fought is not None:
        chances = fought.chance_held(MAP_WEEKS)
    else:
        fighting = outlook.fighting()
        chances = np.stack([chance_held(front.ground, fighting, week) for week in MAP_WEEKS])
    for week, chance in zip(MAP_WEEKS, chances, strict=True):
        table[f"p_{week}"] = np.round(np.clip(chance.astype(float), 0.0, 1.0), 3)
    return table


@node("tables.fighting")
def OUTLOOK_TABLES(reads: Reads) -> Tables:
    """Tables of what fighting on can achieve."""
    run = Run(reads)
    return war_tables(run.case, run.front, run.outlook)
