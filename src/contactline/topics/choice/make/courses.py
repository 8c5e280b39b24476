"""Stage four: fight on or accept, on the same futures; the break-even figure, the verdict per viewpoint, the hinges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from contactline.case.debate import Values
from contactline.case.labels import belief_labels
from contactline.case.schema import Case
from contactline.choice.consent import accepts, consent
from contactline.choice.held import FUTURES_HELD
from contactline.choice.verdict import (
    break_even,
    default_values,
    fighting_at,
    gain_of_signing,
    vetoed_clauses,
)
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON, OUTCOMES, Outcomes
from contactline.engine.outlook import Outlook
from contactline.engine.run import Run
from contactline.support.ledger import actor_name
from contactline.topics.choice.schema import BREAKEVEN, BREAKEVEN_CURVE, CONSENT, COURSES, VERDICT
from contactline.topics.outcomes import checked_outcomes
from contactline.topics.quantiles import SPREAD
from contactline.truce.terms import Settlement

HIGHEST_RATE = 0.6
"""Collapses a year: one every 20 months, beyond what anyone in the built-in case's sources puts a number on."""
GRID = 21
"""Points per axis of the break-even figure."""


def verdict_tables(run: Run) -> Tables:
    """Tables courses, verdict and consent: outcomes of every course, who prefers which, and whether both would sign."""
    verdicts = [
        verdict_row(run.case, settlement, values, run.runs, run.outlook, run.streams)
        for settlement in run.settlements.values()
        for values in run.case.values
    ]
    signed = [row for settlement in run.settlements.values() for row in consent_rows(run, settlement)]
    return made(
        {
            COURSES: courses_table(run.case, run.runs),
            VERDICT: pd.DataFrame(verdicts),
            CONSENT: CONSENT.frame(signed),
        }
    )


def break_even_tables(run: Run) -> Tables:
    """Tables breakeven and breakeven_curve, by the defender's default viewpoint."""
    default = default_values(run.case, run.case.defender.id)
    whose = {"actor": default.actor, "viewpoint": default.viewpoint}
    grids, curves = [], []
    few = run.futures.thinned(FUTURES_HELD)
    fighting = fighting_at(few, np.linspace(0.0, HIGHEST_RATE, GRID))
    for name, settlement in run.settlements.items():
        found = break_even(
            run.theatre, settlement, default, few, run.streams,
            credibility=np.linspace(0.0, 1.0, GRID), fighting=fighting,
        )  # fmt: skip
        mesh = np.meshgrid(found.credibility, found.rate, indexing="ij")
        columns = {"credibility": mesh[0].ravel(), "collapse_rate": mesh[1].ravel()}
        grids.append(
            pd.DataFrame({"proposal": name, **whose, **columns, "share_accept": found.share.ravel()})
        )
        curves.append(
            pd.DataFrame({"proposal": name, **whose, "collapse_rate": found.rate, "credibility": found.curve})
        )
    return made(
        {
            BREAKEVEN: pd.concat(grids, ignore_index=True),
            BREAKEVEN_CURVE: pd.concat(curves, ignore_index=True),
        }
    )


def verdict_row(
    case: Case,
    settlement: Settlement,
    values: Values,
    runs: Mapping[str, Outcomes],
    outlook: Outlook,
    streams: Streams,
) -> dict[str, object]:
    """How one viewpoint sees one proposal; a clause it calls unacceptable is said, never traded."""
    name = settlement.proposal.id
    shares = [
        float(np.mean(accepts(gain_of_signing(values, name, runs, outlook.futures, streams, middle))))
        for middle in (False, True)
    ]
    actor = actor_name(case, values.actor)
    vetoed = vetoed_clauses(values, case, settlement.proposal)
    return {
        "proposal": name,
        "viewpoint": f"{actor}: {values.viewpoint}" + (" (calls a clause unacceptable)" if vetoed else ""),
        "actor": values.actor,
        "actor_name": actor,
        "values": values.viewpoint,
        "default": values.default,
        "refuses": ", ".join(dict.fromkeys(vetoed)),
        "share_accept": shares[0],
        "p_accept_mean_value": shares[1],
    }


@dataclass(frozen=True)
class _Seen:
    """An offer as one viewpoint sees it. gain : ndarray[set], units of its value; refuses : points."""

    values: Values
    gain: np.ndarray
    refuses: list[str]

    @property
    def signs(self) -> np.ndarray:
        """Whether it signs : ndarray[set] bool."""
        return accepts(self.gain, self.refuses)


def consent_rows(run: Run, settlement: Settlement) -> list[dict[str, object]]:
    """Rows of table consent for one offer: every viewpoint of the defender with every one of the challenger.

    None where the case values nothing for one of the two.
    """
    case, name = run.case, settlement.proposal.id

    def seen(side: str) -> list[_Seen]:
        return [
            _Seen(
                values,
                gain_of_signing(values, name, run.runs, run.outlook.futures, run.streams),
                list(dict.fromkeys(vetoed_clauses(values, case, settlement.proposal))),
            )
            for values in case.values
            if values.actor == side
        ]

    rows: list[dict[str, object]] = []
    for one, other in product(seen(case.defender.id), seen(case.challenger.id)):
        found = consent(one.signs, other.signs)
        rows.append(
            {
                "proposal": name,
                "defender_viewpoint": one.values.viewpoint,
                "challenger_viewpoint": other.values.viewpoint,
                "default": one.values.default and other.values.default,
                "share_both": found.both,
                "share_defender": found.defender,
                "share_challenger": found.challenger,
                "error": found.error,
                "defender_refuses": ", ".join(one.refuses),
                "challenger_refuses": ", ".join(other.refuses),
                "gain_defender": float(np.median(one.gain)),
                "gain_challenger": float(np.median(other.gain)),
            }
        )
    return rows


def courses_table(case: Case, runs: Mapping[str, Outcomes]) -> pd.DataFrame:
    """Mean and spread of every outcome of every course."""
    names = {proposal.id: f"Accept: {proposal.name}" for proposal in case.proposals} | {FIGHT_ON: "Fight on"}
    rows = []
    for course, outcomes in runs.items():
        for outcome, (label, unit) in OUTCOMES.items():
            values = outcomes[outcome]
            rows.append(
                {
                    "course": course, "name": names[course], "outcome": outcome, "label": label, "unit": unit,
                    "mean": float(values.mean()),
                }
                | {q: float(np.quantile(values, level)) for q, level in SPREAD.items()}
            )  # fmt: skip
    return pd.DataFrame(rows)


def ensemble(run: Run) -> xr.Dataset:
    """The run as an xarray Dataset: gain[model, draw, week], objective_week[objective, draw], each outcome
    [course, draw], belief[name, set], enters[course, name]. Units stand in the attributes."""
    models = ("headline", "tempo")
    case, outlook, runs = run.case, run.outlook, run.runs
    objectives = [objective.id for objective in case.objectives]
    futures, names = outlook.futures, sorted(belief_labels(case))
    data: dict[str, xr.Variable] = {
        "gain": xr.Variable(
            ("model", "draw", "week"),
            np.stack([np.round(outlook.gains(model)).astype(np.float32) for model in models]),
            {
                "units": "km2",
                "long_name": "cumulative net gain of the challenger while fighting on, headline map",
            },
        ),
        "objective_week": xr.Variable(
            ("objective", "front_draw"),
            np.stack([outlook.falls(name, "headline").week for name in objectives]).astype(np.float32),
            {"units": "weeks", "long_name": "week in which the objective falls; inf beyond the horizon"},
        ),
        "belief": xr.Variable(
            ("name", "set"),
            np.stack([futures.column(name).reshape(futures.sets, -1)[:, 0] for name in names]),
            {"long_name": "belief sets; units in tables/assumptions.csv"},
        ),
    }
    reach = {course: run.reads.inputs_of(COURSE(course)) for course in runs}
    data["enters"] = xr.Variable(
        ("course", "name"),
        np.array(
            [[name in reach[course] for name in names] for course in runs],
            dtype=np.int8,
        ),
        {"long_name": "whether the course read the belief: 1, else 0"},
    )
    for outcome, (label, unit) in OUTCOMES.items():
        stacked = np.stack([own[outcome] for own in runs.values()]).astype(np.float32)
        data[outcome] = xr.Variable(("course", "draw"), stacked, {"units": unit, "long_name": label})
    coordinates = {
        "model": list(models),
        "week": np.arange(1, futures.weeks + 1, dtype=np.int32),
        "objective": objectives,
        "course": list(runs),
        "name": names,
        "belief_set": (
            "draw",
            np.repeat(np.arange(futures.sets, dtype=np.int32), futures.draws // futures.sets),
        ),
    }
    return xr.Dataset(data, coords=coordinates)


@node("tables.verdict")
def VERDICT_TABLES(reads: Reads) -> Tables:
    """Tables of courses and verdicts."""
    return verdict_tables(Run(reads))


@node("tables.breakeven")
def BREAK_EVEN_TABLES(reads: Reads) -> Tables:
    """Tables of break-even over the two beliefs in dispute."""
    return break_even_tables(Run(reads))


@node("ensemble")
def ENSEMBLE(reads: Reads) -> xr.Dataset:
    """Outcomes of every course, gains, objectives and beliefs as one dataset."""
    return checked_outcomes(ensemble(Run(reads)))
