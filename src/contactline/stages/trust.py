"""Stage five: how far to trust it. Backtest, assumptions with their owners, published figures beside ours, sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.debate import Benchmark
from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.files import write_text
from contactline.core.folders import everything, replaced_folder
from contactline.score.backtest import BacktestResult
from contactline.stages.falls import PACE_KM2, TRAJECTORIES
from contactline.stages.space import AROUND_KM, DIRECTIONS, SURROUNDED
from contactline.stages.war import Outlook
from contactline.truce.breakdown import LEAST_STRENGTH, LOOK_AHEAD_WEEKS, REBUILD_WEEKS
from contactline.truce.guarantee import described_base
from contactline.war.climatology import MEAN_STRETCH_WEEKS
from contactline.war.territory import ORDER_ERROR

BACKTEST_FOLDER = "backtest"
BACKTEST_TABLES = ("backtest_summary", "backtest_bars", "backtest_pit")
PLACES_PARTS = ("summary", "skills", "bands")
RATIO_BASELINES = ("line-52", "line-13", "mean-13", "autoarima")
OWNER = "contactline developers"


@dataclass(frozen=True)
class EngineAssumption:
    """A number that stands in the code rather than in the case: what it is, its value and why."""

    name: str
    label: str
    value: str
    why: str


ENGINE = (
    EngineAssumption(
        "engine.capture_rule",
        "On the map, cells fall by a rule fitted on the record: held neighbours and recent captures nearby",
        "fitted; see docs/space.md",
        "It foretells and does not explain: roads, supply and a change of plan are not in it.",
    ),
    EngineAssumption(
        "engine.surrounded",
        f"A place counts as surrounded with {SURROUNDED} of {DIRECTIONS} directions held within {AROUND_KM:g} km",
        f"half of the ground in a direction, {AROUND_KM:g} km",
        "About the depth at which drones watch a road; the shares move with the distance chosen.",
    ),
    EngineAssumption(
        "engine.order_error",
        "Where the record is too thin for that rule: spread of the effort a place takes around nearest-first order",
        f"log-normal, sigma {ORDER_ERROR:g}",
        "Advances bend to roads, rivers and encirclements, which that order does not know.",
    ),
    EngineAssumption(
        "engine.stretch",
        "Mean length of the stretches of record that climatology and regional shares resample",
        f"{MEAN_STRETCH_WEEKS:g} weeks",
        "About the half-life of tempo in the fit; shorter stretches forget campaigns, longer ones repeat them.",
    ),
    EngineAssumption(
        "engine.line_trajectories",
        "In the comparison of courses, what a gain takes is read off fronts fought out once from each line",
        f"{TRAJECTORIES} trajectories at {PACE_KM2:g} km² a week",
        "Draws share them by their beliefs on belt and region; what falls for a gain depends little on the pace.",
    ),
    EngineAssumption(
        "engine.ended_war",
        "Once fighting ends by itself, the line stays until that peace breaks",
        "rule",
        "Such a peace breaks at the rate of a truce without terms, and war then lasts to the horizon.",
    ),
    EngineAssumption(
        "engine.readings",
        "Published readings of what makes peace last (Fortna; Werner and Yuen; Lo, Hashimoto and Reiter)",
        "a third of the belief sets each",
        "They disagree; none is averaged away, and the report shows the chance to hold under each.",
    ),
    EngineAssumption(
        "engine.look_ahead",
        "How far ahead a challenger counts what renewed war brings and costs",
        f"{LOOK_AHEAD_WEEKS} weeks",
        "Long enough for a campaign season and a half; at the average tempo and losses of its belief set.",
    ),
    EngineAssumption(
        "engine.rebuild",
        "Time in which forces rebuild, or settle at their peacetime size, by a factor e",
        f"{REBUILD_WEEKS:g} weeks",
        "Recruitment and industry work in years; nothing measures it.",
    ),
    EngineAssumption(
        "engine.least_strength",
        "Strength below which a shortage of people speeds renewed war up no further",
        f"{LEAST_STRENGTH:g} of that at signature",
        "A state that runs so short calls up more.",
    ),
    EngineAssumption(
        "engine.discretion",
        "Part of its promise that a guarantor with discretion carries out, on a log scale",
        "uniform between nothing and all",
        "The text leaves it open.",
    ),
    EngineAssumption(
        "engine.losses_follow_time",
        "Losses follow weeks of fighting and neither the km² taken nor a collapse",
        "rule",
        "Losses per km² moved between 69 and 193 from quarter to quarter; no driver could be identified.",
    ),
)


def backtest_tables(result: BacktestResult, series: str) -> dict[str, pd.DataFrame]:
    """A backtest in the report's tables."""
    summary = result.summary.rename(
        columns={"forecaster": "model", "in50": "cover50", "in80": "cover80", "in90": "cover90",
                 "independent": "independent_windows"}
    )  # fmt: skip
    for baseline in RATIO_BASELINES:
        ratios = result.ratios[result.ratios["baseline"] == baseline]
        found = ratios.set_index(["forecaster", "horizon"])["ratio"]
        keys = pd.MultiIndex.from_frame(summary[["model", "horizon"]])
        if len(found):
            summary[f"crps_ratio_{baseline.replace('-', '_')}"] = found.reindex(keys).to_numpy()
    summary.insert(0, "series", series)
    columns = [name for name in summary.columns if name.startswith("crps_ratio")]
    kept = ["series", "model", "label", "horizon", "crps", *columns, "cover50", "cover80", "cover90", "origins",
            "independent_windows"]  # fmt: skip
    bars = result.bars[result.bars["forecaster"].isin(["headline"])]
    bar_rows = [
        {
            "bar": f"CRPS ratio to {row['bar']}" if row["measure"] == "crps_ratio" else str(row["bar"]),
            "allowed": f"at most {row['most']:g}" if row["measure"] == "crps_ratio" else _between(row),
            "got": f"{row['value']:.2f}" + _interval(row),
            "met": row["verdict"] == "met",
        }
        for row in bars.to_dict("records")
        if row["verdict"] != "not measured"
    ]
    pit = result.scores[result.scores["forecaster"].isin(["headline", "tempo"])]
    return {
        "backtest_summary": summary[kept],
        "backtest_bars": pd.DataFrame(bar_rows),
        "backtest_pit": pit.rename(columns={"forecaster": "model"})[["model", "horizon", "pit"]].reset_index(
            drop=True
        ),
    }


def save_backtest(result: BacktestResult, series: str, case_folder: Path) -> Path:
    """Write a backtest beside a case, so that every later report carries its figures; returns the folder."""
    folder = case_folder / BACKTEST_FOLDER
    with replaced_folder(folder, "--save", "backtest gains", everything, record=False) as staged:
        for name, frame in backtest_tables(result, series).items():
            text = frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")
            write_text(staged / f"{name}.csv", text)
        write_text(staged / "made_by.json", json.dumps(result.made_by, indent=1, sort_keys=True) + "\n")
    return folder


def saved_backtest(loaded: LoadedCase) -> dict[str, pd.DataFrame]:
    """The backtest tables saved beside a case; empty where none was run."""
    folder = loaded.folder / BACKTEST_FOLDER
    tables = {}
    if (folder / "made_by.json").is_file():
        tables = {name: pd.read_csv(folder / f"{name}.csv") for name in BACKTEST_TABLES}
    if all((folder / f"places_{part}.csv").is_file() for part in PLACES_PARTS):
        tables |= places_tables(*(pd.read_csv(folder / f"places_{part}.csv") for part in PLACES_PARTS))
    return tables


def places_tables(
    summary: pd.DataFrame, skills: pd.DataFrame, bands: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The scores of dates of places in the report's tables: summary and skills joined, and the bands."""
    table = summary.rename(columns={"rule": "model", "independent": "independent_windows"})
    for measure in ("brier", "log_score"):
        own = skills[skills["measure"] == measure].rename(
            columns={"rule": "model", "skill": f"{measure}_skill", "low": f"{measure}_low", "high": f"{measure}_high"}
        )  # fmt: skip
        table = table.merge(own.drop(columns="measure"), on=["model", "horizon"], how="left")
    return {"backtest_places": table, "backtest_places_bands": bands.rename(columns={"rule": "model"})}


def trust_tables(
    case: Case,
    outlook: Outlook,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
) -> dict[str, pd.DataFrame]:
    """Tables assumptions, references and benchmarks; beliefs that were measured say so."""
    tables = {"assumptions": assumptions(case, measured), "references": references(case)}
    if case.benchmarks:
        tables["benchmarks"] = pd.DataFrame(
            [_beside(case, outlook, benchmark) for benchmark in case.benchmarks]
        )
    return tables


def assumptions(
    case: Case, measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({})
) -> pd.DataFrame:
    """Every belief, guarantee, elasticity and engine assumption with its owner."""
    rows = []
    for belief in case.beliefs:
        if belief.name in measured:
            low, middle, high = measured[belief.name](np.array([0.05, 0.5, 0.95]))
            text = f"measured from the published series: median {middle:.3g}, 90% between {low:.3g} and {high:.3g}"
            why = f"Replaces the case's own belief ({describe(belief.distribution)}); see docs/losses.md."
            row = _row(belief.name, belief.label, belief.unit, text, belief, belief.watch)
            rows.append(row | {"owner": "published series, hierarchical source model", "why": why})
            continue
        rows.append(
            _row(belief.name, belief.label, belief.unit, describe(belief.distribution), belief, belief.watch)
        )
    for guarantee in case.guarantees:
        label = f"Credibility of: {guarantee.name}"
        rows.append(
            _row(
                f"guarantee.{guarantee.id}",
                label,
                "probability",
                describe(guarantee.credibility) if guarantee.credibility else described_base(guarantee),
                guarantee,
            )
        )
    for capability in case.capabilities:
        rows.append(
            _row(f"support.{capability.id}", f"Effect of {capability.name} on tempo", "log tempo per unit of need",
                 describe(capability.elasticity), capability) | {"why": capability.elasticity_assumption}
        )  # fmt: skip
        rows += [
            _row(f"support.{capability.id}.{effect.moves}", f"Effect of {capability.name} on {effect.moves}",
                 "log effect per unit of need", describe(effect.elasticity), effect)
            for effect in capability.effects
        ]  # fmt: skip
    for fixed in ENGINE:
        rows.append(
            {"name": fixed.name, "label": fixed.label, "unit": "", "distribution": fixed.value, "owner": OWNER,
             "why": fixed.why, "sources": "", "watch": ""}
        )  # fmt: skip
    return pd.DataFrame(rows)


def references(case: Case) -> pd.DataFrame:
    """The bibliography."""
    names = ["id", "title", "source", "url", "day", "confidence"]
    return pd.DataFrame([entry.model_dump(mode="json") for entry in case.bibliography], columns=names)


def describe(distribution: Any) -> str:
    """A distribution in words: kind, parameters and central 90 %."""
    if distribution.kind == "fixed":
        return f"fixed at {distribution.value:g}"
    low, middle, high = distribution.quantile(np.array([0.05, 0.5, 0.95]))
    return f"{distribution.kind}, median {middle:.3g}, 90% between {low:.3g} and {high:.3g}"


def _row(name: str, label: str, unit: str, text: str, owned: object, watch: str = "") -> dict[str, str]:
    assumption = getattr(owned, "assumption", None)
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "distribution": text,
        "owner": assumption.by if assumption else "published sources",
        "why": assumption.why if assumption else "",
        "sources": ", ".join(getattr(owned, "sources", ())),
        "watch": watch,
    }


def _between(row: Mapping[Any, Any]) -> str:
    return f"{row['least']:g} to {row['most']:g}"


def _interval(row: Mapping[Any, Any]) -> str:
    return f" (90% range {row['low']:.2f} to {row['high']:.2f})" if np.isfinite(row["low"]) else ""


def _beside(case: Case, outlook: Outlook, benchmark: Benchmark) -> dict[str, str]:
    """A published forecast with our chance that its objective falls by its day."""
    day: date | None = benchmark.day
    objective: str | None = benchmark.objective
    ours = "no figure of ours for the same"
    if day is not None and objective is not None:
        weeks = (day - case.as_of).days / 7
        p = float(np.mean(outlook.falls[objective, "headline"].week <= weeks))
        ours = f"taken by then: {100 * p:.0f}% of our futures"
        if weeks > outlook.futures.weeks:
            ours = f"within our horizon, which ends earlier: {100 * p:.0f}% of our futures"
    sources = {entry.id: entry.source for entry in case.bibliography}
    return {
        "text": benchmark.text,
        "objective": objective or "",
        "day": day.isoformat() if day else "",
        "source": "; ".join(sources.get(name, name) for name in benchmark.sources) or "assumption",
        "ours": ours,
    }
