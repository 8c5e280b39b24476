"""A sample assessment for tests of the report room: an invented conflict with made-up numbers.

The numbers are simulated from plain random walks with a fixed seed, so that quantiles are ordered and
probabilities rise with time as in a real run; nothing here is evidence about anything.
"""

from __future__ import annotations

from datetime import date

import h3
import numpy as np
import pandas as pd
import xarray as xr
from sample_claims import claim_samples, turned
from sample_cohesion import CASE_PARTS, cohesion_sample
from sample_deal import deal_rows
from sample_game import game_sample
from sample_guarantee import guarantee_tables
from sample_history import history_samples
from sample_structure import structure_samples
from sample_support import support_samples
from sample_truce import truce_tables
from sample_war import war_rows

from contactline.case.schema import Case
from contactline.topics.assessment import Assessment, Judgement, RunInfo
from contactline.topics.columns import QUANTILES

AS_OF = date(2025, 12, 7)
HORIZON = 260
PROPOSALS = {
    "grand_plan": "Grand plan",
    "plain_freeze": "Freeze on the line",
    "counter_draft": "Counter-draft",
}
MODELS = ("headline", "tempo", "climatology", "level")
ASSUMED = {"by": "the sample", "why": "made up for tests of the report"}


def sample_assessment(resolution: int = 6, draws: int = 400, seed: int = 7) -> Assessment:
    """A complete sample: every table of the dictionary, an ensemble and judgements."""
    rng = np.random.default_rng(seed)
    gain = _walks(rng, draws)
    cells = _cells(resolution)
    tables = {
        **_history(rng),
        "gain_fan": _fan(gain),
        "objectives": _objectives(gain),
        **_fronts(),
        **war_rows(),
        **_deals(),
        **deal_rows(PROPOSALS),
        **guarantee_tables(pd.Timestamp(AS_OF), HORIZON),
        **_choice(),
        **structure_samples(PROPOSALS),
        **game_sample(),
        **_scores(rng),
        **_losses(rng),
        "cells": cells,
        **_map_context(cells),
        **_notes(),
        **cohesion_sample(sample_case()),
        **support_samples(),
        **claim_samples(),
        **history_samples(),
    }
    run = RunInfo(
        case_id="sample",
        case_digest="0" * 64,
        as_of=AS_OF,
        seed=seed,
        draws=10_000,
        horizon_weeks=HORIZON,
        version="0.0.sample",
        timings={"fit": 1.25, "simulate": 2.5},
        notes=("Sample numbers: made up for tests.",),
    )
    ensemble = xr.Dataset(
        {"gain": (("draw", "week"), gain["headline"].astype("float32"), {"units": "km2"})},
        coords={"draw": np.arange(draws), "week": np.arange(1, HORIZON + 1)},
    )
    return Assessment(sample_case(), run, ensemble, tables, _judgements())


def sample_case() -> Case:
    """A small invented case, complete enough for labels and assumptions."""
    clause = {"kind": "freeze", "text": "the line is frozen", "sources": ["ref_a"]}
    record = {
        "id": "sample",
        "title": "The Highland war (invented sample)",
        "as_of": AS_OF.isoformat(),
        "summary": "An invented conflict used to test the report.",
        "invented": True,
        "sides": [
            {"id": "north", "name": "Northland", "role": "challenger"},
            {"id": "south", "name": "Southland", "role": "defender"},
        ],
        "actors": [{"id": "south", "name": "Southland", "role": "defender"}],
        "theatre": {"resolution": 6, "reach_km": 100},
        "regions": [
            {"id": "west", "name": "Westmark", "source_name": "West", "focus": True},
            {"id": "east", "name": "Eastmark", "source_name": "East", "focus": True},
        ],
        "objectives": [
            {
                "id": f"town_{i}",
                "name": name,
                "kind": "settlement",
                "region": "east",
                "latitude": 48.3 + 0.2 * i,
                "longitude": 37.45 - 0.1 * i,
                "radius_km": 5,
                "assumption": ASSUMED,
            }
            for i, name in enumerate(("Alderford", "Birchley", "Cedarholm"))
        ]
        + [
            {
                "id": "rest_east",
                "name": "The rest of Eastmark",
                "kind": "region_remainder",
                "region": "east",
                "assumption": ASSUMED,
            }
        ],
        "belts": [
            {
                "id": "belt",
                "name": "Alder–Cedar belt",
                "objectives": ["town_0", "town_1", "town_2"],
                "half_width_km": 6,
                "assumption": ASSUMED,
            }
        ],
        "series": [
            {
                "id": "mapa",
                "name": "Map A",
                "url": "https://example.org/a",
                "licence": "CC BY",
                "headline": True,
            },
            {"id": "mapb", "name": "Map B", "url": "https://example.org/b", "licence": "CC BY"},
        ],
        "evidence": {
            "fit_from": "2022-11-14",
            "attacker_loss_series": "general_staff",
            "country_km2": 600000,
            "country_km2_source": "ref_a",
        },
        "beliefs": [],
        "proposals": [
            {
                "id": proposal,
                "name": name,
                "author": "A mediator",
                "published": "2025-11-20",
                "summary": "A settlement invented for the sample.",
                "clauses": [clause],
                "sources": ["ref_a"],
            }
            for proposal, name in PROPOSALS.items()
        ],
        "default_proposals": list(PROPOSALS),
        "values": [
            {
                "actor": "south",
                "viewpoint": "land first",
                "attributes": [
                    {
                        "outcome": "km2_held",
                        "label": "land held",
                        "better": "more",
                        "weight_low": 1,
                        "weight_high": 2,
                        "scale": 1000,
                        "assumption": ASSUMED,
                    }
                ],
                "assumption": ASSUMED,
            }
        ],
        "bibliography": [
            {
                "id": "ref_a",
                "title": "A study",
                "source": "A press",
                "url": "https://example.org/study",
                "day": "2025",
            }
        ],
    }
    return Case.model_validate(record | CASE_PARTS)


def _walks(rng: np.random.Generator, draws: int) -> dict[str, np.ndarray]:
    """model → ndarray[draw, week], km²: cumulative gains of random walks whose spread differs by model."""
    spread = {"headline": 1.0, "tempo": 0.6, "climatology": 0.8, "level": 1.5}
    tempo = {m: rng.normal(45, 30 * spread[m], (draws, 1)) for m in MODELS}
    return {m: np.cumsum(tempo[m] + 60 * rng.standard_t(3, (draws, HORIZON)), axis=1) for m in MODELS}


def _history(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    months = pd.date_range("2024-08-01", "2025-12-01", freq="MS")
    base = 300 + 150 * np.sin(np.arange(len(months)) / 2.5)
    monthly = [
        {
            "series": series,
            "month": month,
            "region": region,
            "km2": share * level + rng.normal(0, 15),
            "flagged": i == 4,
        }
        for series, factor in (("mapa", 1.0), ("mapb", 1.1))
        for region, share in (("west", 0.3 * factor), ("east", 0.7 * factor), ("total", factor))
        for i, (month, level) in enumerate(zip(months, base, strict=True))
        if series == "mapa" or region == "total"
    ]
    weeks = pd.date_range("2023-01-01", AS_OF, freq="W")
    area = [
        pd.DataFrame(
            {"series": s, "date": weeks, "km2": np.cumsum(np.maximum(rng.normal(f, 40, len(weeks)), -60))}
        )
        for s, f in (("mapa", 55), ("mapb", 60))
    ]
    days = pd.date_range("2024-07-08", AS_OF, freq="W")
    line = pd.DataFrame({"date": days, "km": 1100 + np.cumsum(rng.normal(0.8, 4, len(days)))})
    return {
        "front_monthly": pd.DataFrame(monthly),
        "area_history": pd.concat(area, ignore_index=True),
        "line_history": line,
    }


def _fan(gain: dict[str, np.ndarray]) -> pd.DataFrame:
    weeks = np.arange(1, HORIZON + 1)
    frames = []
    for model, walk in gain.items():
        levels = np.quantile(walk, [p for _, p in QUANTILES], axis=0)
        frame = pd.DataFrame({"model": model, "week": weeks})
        frame["date"] = pd.Timestamp(AS_OF) + pd.to_timedelta(7 * weeks, unit="D")
        for (name, _), values in zip(QUANTILES, levels, strict=True):
            frame[name] = values
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _objectives(gain: dict[str, np.ndarray]) -> pd.DataFrame:
    names = {
        "town_0": "Alderford",
        "town_1": "Birchley",
        "town_2": "Cedarholm",
        "rest_east": "The rest of Eastmark",
    }
    rows = []
    for model in ("headline", "tempo"):
        for (key, name), need in zip(names.items(), (500, 2500, 4000, 6500), strict=True):
            reached = gain[model] >= need
            week = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)
            row = {"objective": key, "name": name, "model": model}
            row |= {f"p_{w}": float((week <= w).mean()) for w in (26, 52, 104, 156, 260)}
            q = np.quantile(week, [0.1, 0.5, 0.9], method="lower")
            q = np.where(np.isfinite(q), q, np.nan)
            row |= dict(zip(("week_q10", "week_q50", "week_q90"), q, strict=True))
            losses = np.quantile(week[np.isfinite(week)] * 7000.0, [0.1, 0.5, 0.9])
            row |= dict(zip([f"attacker_losses_{x}" for x in ("q10", "q50", "q90")], losses, strict=True))
            rows.append(row | {"km2_remaining": float(need)})
    return pd.DataFrame(rows)


def _fronts() -> dict[str, pd.DataFrame]:
    """What is read off fronts fought out on a map: the line's length, and what three towns and their belt open."""
    weeks = np.arange(13, HORIZON + 1, 13)
    line = {"week": weeks, "q10": 1350 - 2.0 * weeks, "q50": 1400 + 0.5 * weeks, "q90": 1450 + 1.2 * weeks}
    places = (("town_0", "Alderford"), ("town_1", "Birchley"), ("town_2", "Cedarholm"))
    opens = [
        {"lever": key, "name": name, "target": target, "given": 0.4 + gap, "denied": 0.4}
        | {"difference": gap, "low": gap - 0.004, "high": gap + 0.004, "hub": key == "town_0"}
        | {
            "pace_difference": gap + 0.02,
            "pace_error": 0.005,
            "pace_low": gap - 0.06,
            "pace_high": gap + 0.15,
        }
        for (key, name), gaps in zip(places, ((0.007, 0.001), (0.016, 0.03), (-0.003, 0.08)), strict=True)
        for target, gap in zip(("main_region", "belts"), gaps, strict=True)
    ]
    belt = {
        "lever": "belt",
        "name": "Alder–Cedar belt",
        "target": "main_region",
        "given": 0.45,
        "denied": 0.4,
    }
    paced = {"pace_difference": 0.07, "pace_error": 0.005, "pace_low": -0.01, "pace_high": 0.2}
    opens.append(belt | {"difference": 0.05, "low": 0.045, "high": 0.055, "hub": False} | paced)
    study = [
        {"places": kind, "name": name, "reach": reach, "weeks": weeks, "fallen": fallen, "used": used}
        | {"log_ratio": middle, "low": middle - 0.2, "high": middle + 0.2, "placebo_sd": 0.12, "p_value": 0.4}
        | {"contrast": 0.9, "independent": 9, "verdict": verdict}
        for kind, name, fallen in (
            ("towns", "towns and villages", 30),
            ("large_towns", "towns of 10,000 or more", 7),
        )
        for reach in ("front", "km_15")
        for weeks, used, middle, verdict in (
            (4, fallen - 1, -0.05, "no effect seen"),
            (13, 4, 0.3, "not identified"),
        )
    ]
    hub = {
        "places": "hubs",
        "name": "junctions that a source names",
        "reach": "front",
        "weeks": 4,
        "fallen": 1,
    }
    unknown = dict.fromkeys(("log_ratio", "low", "high", "placebo_sd", "p_value"), np.nan)
    study.append(hub | unknown | {"used": 0, "contrast": 0.0, "independent": 9, "verdict": "not identified"})
    around = [
        {
            "objective": key,
            "name": name,
            "week": week,
            "directions": 3.0 + 0.03 * week,
            "p_surrounded": week / 400,
        }
        for key, name in places
        for week in (0, 52, 104)
    ]
    return {
        "line_fan": pd.DataFrame(line),
        "opens": pd.DataFrame(opens),
        "hub_study": pd.DataFrame(study),
        "threats": pd.DataFrame(around),
    }


def _deals() -> dict[str, pd.DataFrame]:
    km2, people = (5800.0, 0.0, 1200.0), (190_000.0, 0.0, 20_000.0)
    deals, price, clauses = [], [], []
    for i, (key, name) in enumerate(PROPOSALS.items()):
        deals.append(
            {
                "proposal": key,
                "name": name,
                "author": "A mediator",
                "published": pd.Timestamp("2025-11-20"),
                "km2_given_up": km2[i],
                "km2_returned": 400.0 * (i != 1),
                "people_given_up": people[i],
                "settlements_given_up": km2[i] // 60,
                "belt_given_up": "Alder–Cedar belt" if i == 0 else "",
                "line_km_before": 1150.0,
                "line_km_after": (905.0, 1150.0, 1100.0)[i],
                "guarantee": ("Executive promise", "", "Treaty with troops")[i],
                "clauses_total": 6,
                "clauses_modelled": 4 - i,
            }
        )
        if km2[i]:
            scale = km2[i] / 5800
            quantiles = {"months": (18, 42, np.nan), "attacker_losses": (3.1e5, 7.4e5, 1.6e6)}
            quantiles["defender_losses"] = (1.2e5, 3.5e5, 8.0e5)
            row = {
                "proposal": key,
                "name": name,
                "region": "east",
                "km2": km2[i],
                "settlements": 96,
                "people": people[i],
            }
            row |= {
                "belts": deals[i]["belt_given_up"],
                "share_of_region": 0.22 * scale,
                "p_within_horizon": 0.58,
            }
            for stem, values in quantiles.items():
                row |= dict(
                    zip(
                        [f"{stem}_{q}" for q in ("q10", "q50", "q90")],
                        np.multiply(values, scale),
                        strict=True,
                    )
                )
            price.append(row)
        for j, kind in enumerate(("withdrawal", "dmz", "guarantee", "force_cap", "sanctions", "elections")):
            clauses.append(
                {
                    "proposal": key,
                    "clause": j + 1,
                    "point": str(j + 1),
                    "kind": kind,
                    "text": f"What the text says on {kind.replace('_', ' ')}",
                    "modelled": j < 4 - i,
                    "effect": "moves the line" if j < 4 - i else "no effect modelled in this version",
                    "sources": "ref_a",
                }
            )
    columns = {"price": price, "deals": deals, "clauses": clauses}
    return {name: pd.DataFrame(rows) for name, rows in columns.items()} | truce_tables(PROPOSALS)


def _choice() -> dict[str, pd.DataFrame]:
    grid = [
        {
            "proposal": key,
            "actor": "south",
            "viewpoint": "land first",
            "credibility": float(c),
            "collapse_rate": float(r),
            "share_accept": float(1 / (1 + np.exp(-(6 * (c - 0.55 + 0.1 * i) + 5 * (r - 0.3))))),
        }
        for i, key in enumerate(PROPOSALS)
        for c in np.linspace(0, 1, 21)
        for r in np.linspace(0, 1, 21)
    ]
    curve = []
    for i, key in enumerate(PROPOSALS):
        for r in np.linspace(0, 1, 21):
            c = 0.55 - 0.1 * i - 5 / 6 * (r - 0.3)
            curve.append(
                {
                    "proposal": key,
                    "actor": "south",
                    "viewpoint": "land first",
                    "collapse_rate": float(r),
                    "credibility": c if 0 <= c <= 1 else np.nan,
                }
            )
    verdict = [
        {
            "proposal": k,
            "viewpoint": v,
            "actor": "south",
            "actor_name": "Southland",
            "values": v,
            "default": v == "land first",
            "refuses": "21" if (i, v) == (0, "sovereignty first") else "",
            "share_accept": s - 0.05 * i,
            "p_accept_mean_value": s,
        }
        for i, k in enumerate(PROPOSALS)
        for v, s in (("land first", 0.28), ("lives first", 0.61), ("sovereignty first", 0.14))
    ]
    # The other side's viewpoints: one open to terms, one that refuses a clause of the counter-draft.
    consent = [
        {
            "proposal": k,
            "defender_viewpoint": v,
            "challenger_viewpoint": w,
            "default": (v, w) == ("land first", "at bearable cost"),
            "share_both": 0.0 if refused or w_refuses else min(s - 0.05 * i, t) * 0.8,
            "share_defender": 0.0 if refused else s - 0.05 * i,
            "share_challenger": 0.0 if w_refuses else t,
            "error": 0.07,
            "defender_refuses": refused,
            "challenger_refuses": w_refuses,
            "gain_defender": 4.0 - i,
            "gain_challenger": 2.0 - i,
        }
        for i, k in enumerate(PROPOSALS)
        for v, s in (("land first", 0.28), ("lives first", 0.61), ("sovereignty first", 0.14))
        for w, t in (("at bearable cost", 0.8), ("all demands", 0.3))
        for refused in ["21" if (i, v) == (0, "sovereignty first") else ""]
        for w_refuses in ["8" if (i, w) == (2, "all demands") else ""]
    ]
    hinges = (
        ("collapse.rate", "how often the defence collapses if the fighting goes on", "per year", 0.02, 0.4, 0.22, 0.66,
         0.27),
        ("guarantee.credibility", "chance that the guarantor acts", "probability", 0.08, 0.6, 0.3, 0.55, 0.51),
        ("war.tempo", "the pace of the advance", "km² per week", 20.0, 160.0, 0.35, 0.45, np.nan),
    )  # fmt: skip
    names = (
        "belief",
        "label",
        "unit",
        "present_low",
        "present_high",
        "share_low",
        "share_high",
        "flip_value",
    )
    outcomes = (
        ("km2_held", "land held by Southland", "km²", 91_000.0, 5200.0),
        ("losses_defender", "killed and wounded of Southland", "persons", 300_000.0, 120_000.0),
        ("weeks_of_war", "weeks of war", "weeks", 180.0, 60.0),
    )
    courses = [
        {
            "course": course,
            "name": name,
            "outcome": o,
            "label": label,
            "unit": unit,
            "mean": mean * f,
            "q10": mean * f - 1.2 * sd,
            "q50": mean * f,
            "q90": mean * f + 1.2 * sd,
        }
        for course, name, f in (
            ("fight_on", "Fight on", 1.0),
            *((f"accept_{k}", f"Accept: {n}", 0.7) for k, n in PROPOSALS.items()),
        )
        for o, label, unit, mean, sd in outcomes
    ]
    return {
        "breakeven": pd.DataFrame(grid),
        "breakeven_curve": pd.DataFrame(curve),
        "verdict": pd.DataFrame(verdict),
        "consent": pd.DataFrame(consent),
        "hinges": pd.DataFrame(
            [
                turned(dict(zip(names, h, strict=True)))
                | {"proposal": next(iter(PROPOSALS)), "viewpoint": "Southland: land first"}
                for h in hinges
            ]
        ),
        "courses": pd.DataFrame(courses),
    }


def _scores(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    labels = {
        "headline": "Headline (pool)",
        "line52": "Straight line, 52 weeks",
        "last": "Last value",
        "clim": "Climatology",
    }
    summary = [
        {
            "series": "mapb",
            "model": model,
            "label": label,
            "horizon": h,
            "crps": (30 + 12 * h) * f,
            "crps_ratio_line_52": f,
            **dict.fromkeys(("crps_ratio_line_13", "crps_ratio_mean_13", "crps_ratio_autoarima"), np.nan),
            "cover50": 0.5 * f2,
            "cover80": 0.8 * f2,
            "cover90": 0.9 * f2,
            "origins": 100,
            "independent_windows": max(140 // h, 1),
        }
        for (model, label), f, f2 in zip(
            labels.items(), (0.62, 1.0, 0.9, 0.75), (1.0, 0.12, 0.4, 0.9), strict=True
        )
        for h in (4, 13, 26, 37)
    ]
    bars = [
        {
            "bar": "CRPS ratio to line-52",
            "allowed": "at most 0.7",
            "got": "0.62",
            "met": True,
            "whole_range": "crosses it",
        },
        {
            "bar": "coverage 80%",
            "allowed": "0.65–0.95",
            "got": "0.60",
            "met": False,
            "whole_range": "no range",
        },
    ]
    pit = [
        {"model": "headline", "origin_date": day, "horizon": h, "pit": float(p)}
        for h in (4, 13, 26)
        for day, p in zip(
            pd.date_range("2023-05-21", periods=80, freq="W"), rng.beta(1.1, 1.0, 80), strict=True
        )
    ]
    return {
        "backtest_summary": pd.DataFrame(summary),
        "backtest_bars": pd.DataFrame(bars),
        "backtest_pit": pd.DataFrame(pit),
    }


def _losses(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    months = pd.date_range("2023-01-01", "2025-11-01", freq="MS")
    history = [
        {"month": m, "side": "north", "series": s, "value": f * (20_000 + 400 * i) + rng.normal(0, 900)}
        for s, f in (("general_staff", 1.0), ("ministry", 0.9))
        for i, m in enumerate(months)
    ]
    weeks = np.arange(1, HORIZON + 1)
    fan = [
        pd.DataFrame(
            {"side": s, "kind": k, "week": weeks}
            | {q: f * weeks * r for q, r in (("q10", 3e3), ("q50", 6.5e3), ("q90", 1.2e4))}
        )
        for s, f in (("north", 1.0), ("south", 0.5))
        for k in ("killed_wounded",)
    ]
    return {"losses_history": pd.DataFrame(history), "losses_fan": pd.concat(fan, ignore_index=True)}


def _cells(resolution: int) -> pd.DataFrame:
    box = h3.LatLngPoly([(47.6, 36.2), (47.6, 38.6), (49.4, 38.6), (49.4, 36.2)])
    cells = sorted(h3.polygon_to_cells(box, resolution))
    points = np.array([h3.cell_to_latlng(c) for c in cells])
    front = points[:, 1] - 37.5 + 0.15 * np.sin(6 * points[:, 0])
    chance = {f"p_{w}": np.clip(1 / (1 + np.exp(-9 * (front + 0.002 * w))), 0, 1) for w in (26, 52, 104)}
    now = (front > 0).astype(int)
    for name in chance:
        chance[name] = np.where(now == 1, 0.97, 0.8 * chance[name])
    region = np.where(points[:, 1] < 37.0, "west", "east")
    handed = np.where((region == "east") & (now == 0), 2, now)
    return pd.DataFrame(
        {"cell": cells, "region": region, "holder_first": (front > 0.2).astype(int), "holder_now": now}
        | chance
        | {"after_grand_plan": handed, "after_plain_freeze": now, "after_counter_draft": now}
    )


def _map_context(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rings = {"west": (36.2, 37.0), "east": (37.0, 38.6)}
    outlines = [
        {"region": name, "ring": 0, "vertex": i, "longitude": x, "latitude": y}
        for name, (low, high) in rings.items()
        for i, (x, y) in enumerate(((low, 47.6), (high, 47.6), (high, 49.4), (low, 49.4), (low, 47.6)))
    ]
    towns = [
        ("Alderford", 48.3, 37.45, 90_000),
        ("Birchley", 48.5, 37.35, 150_000),
        ("Cedarholm", 48.7, 37.25, 60_000),
    ]
    towns += [("Dunmere", 48.9, 37.9, 30_000), ("Elmsworth", 47.9, 36.6, 8_000)]
    resolution = h3.get_resolution(cells["cell"].iloc[0])
    settlements = [
        {
            "geonameid": 100 + i,
            "name": name,
            "latitude": lat,
            "longitude": lon,
            "population": float(people),
            "region": "east" if lon > 37 else "west",
            "cell": h3.latlng_to_cell(lat, lon, resolution),
            "first_holder": int(lon > 37.8),
            "last_holder": int(lon > 37.8),
            "changed": pd.NaT,
        }
        for i, (name, lat, lon, people) in enumerate(towns)
    ]
    places = pd.DataFrame([{"id": "capital", "name": "Riverton", "latitude": 48.1, "longitude": 36.4}])
    return {"outlines": pd.DataFrame(outlines), "settlements": pd.DataFrame(settlements), "places": places}


def _notes() -> dict[str, pd.DataFrame]:
    assumption = {
        "name": "collapse.rate",
        "label": "how often the defence collapses",
        "unit": "per year",
        "distribution": "log-uniform 0.02–0.5",
        "owner": "the sample",
        "why": "made up for tests",
        "sources": "",
        "watch": "desertion figures",
    }
    reference = {
        "id": "ref_a",
        "title": "A study <of> wars",
        "source": "A press",
        "url": "https://example.org/study",
        "day": "2025-01-01",
        "confidence": "high",
    }
    benchmark = {
        "benchmark": "tank_2027",
        "text": "A think tank: the rest of Eastmark by August 2027",
        "objective": "rest_east",
        "day": "2027-08-01",
        "source": "A think tank",
        "ours": "38% by then",
    }
    return {
        "assumptions": pd.DataFrame([assumption]),
        "references": pd.DataFrame([reference]),
        "benchmarks": pd.DataFrame([benchmark]),
    }


def _judgements() -> tuple[Judgement, ...]:
    return (
        Judgement(
            "objectives",
            "It is unlikely (30%) that Northland takes the rest of Eastmark before 1 December 2027.",
            0.3,
            "moderate",
            "Tempo has been scored on three independent windows only.",
        ),
        Judgement(
            "truce",
            "A truce on the Grand plan is roughly even (51%) to hold for three years.",
            0.51,
            "low",
            "The guarantor's behaviour is an assumption.",
        ),
    )
