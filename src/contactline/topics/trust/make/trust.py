"""Stage five: how far to trust it. Assumptions with their owners, published figures beside ours, sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.beliefs import Fitted
from contactline.case.debate import Benchmark
from contactline.case.labels import TEMPO, belief_labels
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.rounding import share
from contactline.engine.lines import EACH, PACE_KM2
from contactline.engine.outlook import Outlook
from contactline.engine.past import FITTED, quantiles_of
from contactline.engine.run import Run
from contactline.engine.tempo import DRAWN
from contactline.topics.fighting.make.places import AROUND_KM, DIRECTIONS, SURROUNDED
from contactline.topics.trust.schema import ASSUMPTIONS, BENCHMARKS, REFERENCES
from contactline.truce.breakdown import LEAST_STRENGTH, LOOK_AHEAD_WEEKS, REBUILD_WEEKS
from contactline.truce.guarantee import described_base
from contactline.war.climatology import MEAN_STRETCH_WEEKS
from contactline.war.source_bias import measured_beliefs
from contactline.war.territory import ORDER_ERROR

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
        f"{EACH} trajectories at each pair of levels, at {PACE_KM2:g} km² a week",
        "A draw follows one at a level of belt resistance and regional shift next to its own; the pace matters little.",
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


def trust_tables(
    case: Case,
    outlook: Outlook,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
) -> Tables:
    """Tables assumptions, references and benchmarks; beliefs that were measured say so.

    measured : belief → quantile function of chances ndarray[set]
    """
    tempo = outlook.reads.of(DRAWN).value
    tables = {ASSUMPTIONS: assumptions(case, tempo, measured), REFERENCES: references(case)}
    if case.benchmarks:
        tables[BENCHMARKS] = pd.DataFrame(
            [_beside(case, outlook, benchmark) for benchmark in case.benchmarks]
        )
    return made(tables)


def assumptions(
    case: Case,
    tempo: np.ndarray,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
) -> pd.DataFrame:
    """Every belief, guarantee, elasticity and engine assumption with its owner.

    tempo : ndarray[set], km²/week, the belief war.tempo as drawn
    measured : belief → quantile function of chances ndarray[set]
    """
    rows = []
    for belief in case.beliefs:
        if isinstance(belief.distribution, Fitted):
            low, middle, high = measured[belief.name](np.array([0.05, 0.5, 0.95]))
            text = f"fitted to the record of past {belief.distribution.record}: median {middle:.3g}, 90% between "
            row = _row(
                belief.name,
                belief.label,
                belief.unit,
                f"{text}{low:.3g} and {high:.3g}",
                belief,
                belief.watch,
            )
            rows.append(
                row
                | {"owner": "the record of past wars", "why": "docs/history.md has the fit and its scores."}
            )
            continue
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
    rows.append(_tempo_row(case, tempo))
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
    return REFERENCES.frame([entry.model_dump(mode="json") for entry in case.bibliography])


def with_held(table: pd.DataFrame, case: Case, held: Mapping[str, str]) -> pd.DataFrame:
    """Table assumptions with what a reader holds in place of what the case says : rows as before, and one more for
    each held belief that had none.

    held : belief → the value held, in words
    """
    marked, labels = table.set_index("name", drop=False), belief_labels(case)
    for name, words in held.items():
        if name not in marked.index:
            marked.loc[name] = dict.fromkeys(marked.columns, "") | {
                "name": name, "label": labels[name].label, "unit": labels[name].unit, "watch": labels[name].watch,
            }  # fmt: skip
        before = str(marked.loc[name, "distribution"])
        why = f"Held in this run; the case says: {before}." if before else "Held in this run."
        marked.loc[name, ["distribution", "owner", "why"]] = f"held at {words}", "the reader", why
    return marked.reset_index(drop=True)


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


def _tempo_row(case: Case, tempo: np.ndarray) -> dict[str, str]:
    """The belief whose distribution is the forecast's; tempo : ndarray[set], km²/week."""
    low, middle, high = np.quantile(tempo, [0.05, 0.5, 0.95])
    label = belief_labels(case)[TEMPO]
    return {
        "name": TEMPO,
        "label": label.label,
        "unit": label.unit,
        "distribution": f"the headline forecast's: median {middle:.3g}, 90% between {low:.3g} and {high:.3g}",
        "owner": "the fitted forecast",
        "why": "Each belief set holds a slice of the headline's paths by their two-year mean; docs/models.md.",
        "sources": "",
        "watch": label.watch,
    }


def _beside(case: Case, outlook: Outlook, benchmark: Benchmark) -> dict[str, str]:
    """A published forecast with our chance that its objective falls by its day."""
    day: date | None = benchmark.day
    objective: str | None = benchmark.objective
    ours = "no figure of ours for the same"
    if day is not None and objective is not None:
        weeks = (day - case.as_of).days / 7
        p = float(np.mean(outlook.falls(objective, "headline").week <= weeks))
        ours = f"taken by then: {share(p)} of our futures"
        if weeks > outlook.futures.weeks:
            ours = f"within our horizon, which ends earlier: {share(p)} of our futures"
    sources = {entry.id: entry.source for entry in case.bibliography}
    return {
        "benchmark": benchmark.id,
        "text": benchmark.text,
        "objective": objective or "",
        "day": day.isoformat() if day else "",
        "source": "; ".join(sources.get(name, name) for name in benchmark.sources) or "assumption",
        "ours": ours,
    }


@node("tables.trust")
def TRUST_TABLES(reads: Reads) -> Tables:
    """Tables of assumptions, references and published forecasts beside ours."""
    run = Run(reads)
    measured = measured_beliefs(run.loaded.evidence("losses"), run.case)
    return trust_tables(run.case, run.outlook, {**measured, **quantiles_of(reads.of(FITTED))})
