"""Rolling-origin backtest of where ground falls: counts per sector and which cells, given how many fall.

At past weeks each rule is told how many cells fall within the horizon, and says where. How many is scored elsewhere
(`score.backtest`); keeping the two apart shows which half of a forecast is good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.core.version import VERSION
from contactline.score.bars import ALL_HORIZONS, DESIGN_BARS, INTERVAL, _block_counts
from contactline.score.calibration import LEVELS, independent_windows, level_column
from contactline.score.proper import auc, brier_score, crps_ensemble, inside_central, pit_ensemble
from contactline.score.rolling import USUAL, Rolling
from contactline.score.space_models import (
    REACH,
    Persistence,
    Rule,
    View,
    boosting_available,
    captured_between,
    default_rules,
)
from contactline.war.capture_data import CAPTURE, History
from contactline.war.sectors import Sectors, draw_sectors

HORIZONS = (1, 4, 13, 26)
DRAWS = 1000
SECTOR_LEAST_CAPTURES = 25
"""Captures a sector needs when sectors are drawn from the first weeks alone."""
REFERENCE = Persistence.name
LEAST_CHANCE = 1e-4
"""Chances are kept this far from 0 and 1 in the log score: no rule may bet everything."""


@dataclass(frozen=True)
class SpaceResult:
    """Scores of a spatial backtest and how they were made.

    cells    one row per rule, origin and horizon: rule, origin_date, horizon (weeks), near (cells scored), fell (of
             them), beyond (cells that fell outside), brier, log_score (nats a cell), auc (near cells), auc_active
             (near cells of sectors with a capture in the last quarter); NaN where none fell
    sectors  one row per rule, origin, horizon and sector: observed (cells), crps (cells), pit, in50, in80, in90
    summary  one row per rule and horizon: origins, independent (windows that do not overlap), brier, log_score, auc,
             auc_active, crps, in50, in80, in90 (sectors that moved in the record before or after the origin)
    skills   mean over origins of 1 − score/reference score, by rule, measure (brier, log_score, crps) and horizon (0:
             mean over horizons), with a 90% block bootstrap over origins (NaN where one block spans all); the
             reference is sector persistence
    bars     DESIGN's bars for the first rule, with the same bootstrap
    made_by  version, seed, draws, origins, rules, sectors
    """

    cells: pd.DataFrame
    sectors: pd.DataFrame
    summary: pd.DataFrame
    skills: pd.DataFrame
    bars: pd.DataFrame
    made_by: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Known:
    """The control history that is scored, and what else is known at an origin.

    settlements : table, to name sectors; others : ndarray[week, map], km²/week, NaN where there is no reading, and
    maps : their names, as in `war.space.fit_space`
    """

    past: History
    settlements: pd.DataFrame | None = None
    others: np.ndarray | None = None
    maps: tuple[str, ...] = ()

    def sectors(self, weeks: int) -> Sectors:
        """The sectors that the first weeks alone draw."""
        early = self.past.until(weeks - 1)
        return draw_sectors(early, self.settlements, least_captures=SECTOR_LEAST_CAPTURES)

    def view(self, origin: int, sectors: Sectors, seed: int) -> View:
        """What a rule may see at an origin (index of its week)."""
        others = np.empty((self.past.weeks, 0)) if self.others is None else self.others
        return View(self.past.until(origin), sectors, others[: origin + 1], self.maps, seed)


def space_backtest(
    known: Known, rules: Sequence[Rule] | None = None, rolling: Rolling = USUAL
) -> SpaceResult:
    """Score rules from every `rolling.step`-th week on, at each horizon; sectors come from the first weeks alone.

    Rules default to the simulated front and all baselines (boosting where scikit-learn is installed); 1,000 draws and
    HORIZONS where `rolling` names none. Deterministic given the seed. Raises InputError.
    """
    past, seed, step = known.past, rolling.seed, rolling.step
    draws = DRAWS if rolling.draws is None else rolling.draws
    horizons = checked_horizons(
        past, HORIZONS if rolling.horizons is None else rolling.horizons, rolling, draws
    )
    rules = default_rules(boosting=boosting_available()) if rules is None else rules
    if REFERENCE not in [rule.name for rule in rules]:
        raise InputError(f"rules: got {[rule.name for rule in rules]}; {REFERENCE!r} must be among them.")
    sectors = known.sectors(rolling.first_history)
    origins = range(rolling.first_history - 1, past.weeks - horizons[0], step)
    cells, counts = [], []
    for done, origin in enumerate(origins, start=1):
        view = known.view(origin, sectors, seed)
        for horizon in (h for h in horizons if origin + h < past.weeks):
            for rule in rules:
                row, table = _score(rule, view, past, origin, horizon, draws, Streams(seed))
                cells.append(row)
                counts.append(table)
        rolling.tick(done / len(origins))
    cell_scores = pd.DataFrame(cells)
    sector_scores = pd.concat(counts, ignore_index=True)
    skills = skill_table(cell_scores, sector_scores, step, seed)
    return SpaceResult(
        cell_scores, sector_scores, _summary(cell_scores, sector_scores), skills,
        bar_table(cell_scores, skills, rules[0].name, step, seed),
        {
            "method": "rolling-origin backtest of where ground falls, given how much",
            "version": VERSION,
            "seed": int(seed), "draws": int(draws), "horizons": list(horizons), "step": int(step),
            "weeks": past.weeks, "first_origin": str(past.ends[origins[0]]),
            "last_origin": str(past.ends[origins[-1]]), "rules": [rule.name for rule in rules],
            "sectors": list(sectors.name), "captures": int((past.event_holder == CAPTURE).sum()),
        },
    )  # fmt: skip


def skill_table(cells: pd.DataFrame, sectors: pd.DataFrame, step: int, seed: int) -> pd.DataFrame:
    """Skill of every rule over sector persistence; see SpaceResult.skills. A block spans the horizon."""
    keys = ["rule", "origin_date", "horizon"]
    crps = sectors.groupby(keys, sort=False)["crps"].mean().reset_index()
    table = cells.merge(crps, on=keys)
    streams = Streams(seed)
    horizons = sorted(int(h) for h in table["horizon"].unique())
    origins = np.sort(table["origin_date"].unique())
    rows = []
    for measure in ("brier", "log_score", "crps"):
        own = {}
        for horizon in horizons:
            wide = table[table["horizon"] == horizon].pivot_table(
                index="origin_date", columns="rule", values=measure, sort=False
            )
            own[horizon] = (1 - wide.div(wide[REFERENCE].replace(0.0, np.nan), axis=0)).reindex(origins)
        for rule in table["rule"].unique():
            if rule == REFERENCE:
                continue
            values = np.column_stack([own[horizon][rule].to_numpy() for horizon in horizons])
            for column, horizon in enumerate(horizons):
                part = values[:, [column]]
                part = part[np.isfinite(part[:, 0])]
                rows.append(
                    {
                        "rule": rule,
                        "measure": measure,
                        "horizon": horizon,
                        **_range(part, horizon, step, streams),
                    }
                )
            rows.append(
                {"rule": rule, "measure": measure, "horizon": ALL_HORIZONS,
                 **_range(values, horizons[-1], step, streams)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def bar_table(cells: pd.DataFrame, skills: pd.DataFrame, rule: str, step: int, seed: int) -> pd.DataFrame:
    """DESIGN's bars for space: rule, bar, horizon (weeks, 0: mean), least, value, low, high, verdict, source."""
    rows = []
    own = skills[(skills["rule"] == rule) & (skills["measure"] == "brier")]
    for own_row in own.to_dict("records"):
        skill, low, high = (own_row[key] for key in ("skill", "low", "high"))
        rows.append(
            _bar(rule, "Brier skill over sector persistence", own_row["horizon"], 0.0, skill, low, high)
        )
    mine = cells[cells["rule"] == rule].pivot_table(
        index="origin_date", columns="horizon", values="auc_active"
    )
    streams, horizons = Streams(seed), [int(h) for h in mine.columns]
    values = mine.to_numpy()
    for column, horizon in enumerate(horizons):
        part = values[np.isfinite(values[:, column])][:, [column]]
        rows.append(
            _bar(rule, "AUC on active cells", horizon, 0.85, *_range(part, horizon, step, streams).values())
        )
    overall = _range(values, horizons[-1], step, streams).values()
    rows.append(_bar(rule, "AUC on active cells", ALL_HORIZONS, 0.85, *overall))
    return pd.DataFrame(rows)


def _score(
    rule: Rule, view: View, past: History, origin: int, horizon: int, draws: int, streams: Streams
) -> tuple[dict[str, Any], pd.DataFrame]:
    """One row of cell scores, and the sector scores, of one rule at one origin and horizon."""
    fell = captured_between(past, origin, origin + horizon) & (view.past.holder() != CAPTURE)
    chance, drawn = rule(view, horizon, int(fell.sum()), draws, streams)
    near = view.near(REACH[horizon])
    active = near & (view.recent() > 0)[view.sectors.of]
    happened = fell.astype(float)
    kept = np.clip(chance[near], LEAST_CHANCE, 1 - LEAST_CHANCE)
    row = {
        "rule": rule.name,
        "origin_date": pd.Timestamp(past.ends[origin]),
        "horizon": horizon,
        "near": int(near.sum()),
        "fell": int((fell & near).sum()),
        "beyond": int((fell & ~near).sum()),
        "brier": brier_score(np.clip(chance[near], 0, 1), happened[near]),
        "log_score": float(-np.mean(np.where(happened[near] == 1, np.log(kept), np.log1p(-kept)))),
        "auc": _auc(chance[near], happened[near]),
        "auc_active": _auc(chance[active], happened[active]),
    }
    observed = np.bincount(view.sectors.of[fell], minlength=view.sectors.count)
    luck = streams.rng(f"score.{rule.name}.pit", origin, horizon)
    table = pd.DataFrame(
        {
            "rule": rule.name,
            "origin_date": row["origin_date"],
            "horizon": horizon,
            "sector": list(view.sectors.name),
            "observed": observed,
            "crps": crps_ensemble(drawn, observed),
            "pit": pit_ensemble(drawn, observed, luck),
        }
        | {level_column(level): inside_central(drawn, observed, level) for level in LEVELS}
    )
    # A sector that never moves is foretold by anyone: coverage is read on those that have moved or do.
    table["moves"] = (view.past.weekly(CAPTURE, view.sectors.of, view.sectors.count).sum(axis=0) > 0) | (
        observed > 0
    )
    return row, table


def _auc(chance: np.ndarray, happened: np.ndarray) -> float:
    """AUC, or NaN where all or none of the cells fell."""
    return auc(chance, happened) if 0 < happened.sum() < len(happened) else np.nan


def _summary(cells: pd.DataFrame, sectors: pd.DataFrame) -> pd.DataFrame:
    keys = ["rule", "horizon"]
    table = cells.groupby(keys, sort=False)[["brier", "log_score", "auc", "auc_active"]].mean().reset_index()
    moving = sectors[sectors["moves"]].groupby(keys, sort=False)
    shares = [level_column(level) for level in LEVELS]
    table = table.merge(moving[["crps", *shares]].mean().reset_index(), on=keys)
    groups = {
        h: cells.loc[cells["horizon"] == h, "origin_date"].drop_duplicates()
        for h in cells["horizon"].unique()
    }
    table.insert(2, "origins", [len(groups[h]) for h in table["horizon"]])
    table.insert(3, "independent", [independent_windows(groups[h], h) for h in table["horizon"]])
    return table


def _range(values: np.ndarray, horizon: int, step: int, streams: Streams) -> dict[str, float]:
    """Mean over columns of the mean over origins, and its block bootstrap : values ndarray[origin, horizon]."""
    count = _block_counts(len(values), horizon, step, streams.rng("score.space.bootstrap", horizon)).astype(
        float
    )
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (count @ np.where(known, values, 0.0)) / (count @ known)
    low, high = np.nanquantile(means.mean(axis=1), [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    if -(-horizon // step) >= len(values):
        low = high = np.nan  # one block is the whole record: no resample differs from another
    return {"skill": float(np.nanmean(values, axis=0).mean()), "low": float(low), "high": float(high)}


def _bar(
    rule: str, bar: str, horizon: Any, least: float, value: Any, low: float, high: float
) -> dict[str, Any]:
    verdict = "met" if value >= least else "not met"
    return {
        "rule": rule, "bar": bar, "horizon": int(horizon), "least": least, "value": float(value), "low": low,
        "high": high, "verdict": verdict, "source": DESIGN_BARS,
    }  # fmt: skip


def checked_horizons(past: History, horizons: Sequence[int], rolling: Rolling, draws: int) -> list[int]:
    """The horizons, weeks, ascending; raises InputError where the plan cannot be run on so many draws."""
    ordered = sorted(set(horizons))
    unknown = [h for h in ordered if h not in REACH]
    if not ordered or unknown or len(ordered) != len(horizons):
        raise InputError(
            f"horizons: got {list(horizons)}; allowed are different ones of {sorted(REACH)} weeks."
        )
    rolling.check(draws, least_history=13)
    needed = rolling.first_history + ordered[0]
    if needed > past.weeks:
        raise InputError(
            f"the control history has {past.weeks} weeks; a first history of {rolling.first_history} and a horizon of "
            f"{ordered[0]} need {needed}. Shorten one of them."
        )
    return ordered
