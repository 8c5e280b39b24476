"""Bargaining range of a case: lines from the present one to the whole region, guarantees, support paths and tempo.

Who accepts what rather than fight on, on the same futures, and what is left that both belligerents accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from contactline.case.debate import Values
from contactline.case.pledges import Guarantee
from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.choice.bargaining_range import Family, best_demand
from contactline.choice.lines import family_of_lines
from contactline.choice.verdict import advantage, default_values, vetoed_clauses
from contactline.choice.worth import first_sets
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.rounding import share as as_percent
from contactline.core.streams import Streams
from contactline.engine.courses import Signing, accept, credibility_for, exact_area, fight_on
from contactline.engine.futures import Futures
from contactline.engine.ground import Front
from contactline.engine.lines import FEW
from contactline.engine.run import Run
from contactline.support.cohesion import mean_distance, wedge_value
from contactline.topics.bargain.schema import BARGAINING_RANGE, RANGE_SUMMARY
from contactline.truce.terms import Settlement

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
FEWER = (0.0, 0.5, 1.0)
LATE = (0.5, 0.75)
"""Each line costs a front fought out from it, each setting a run a line: few are enough to see where a range ends."""
SETS = 40
"""Belief sets used: a share of them is good to about ±8 points, and the whole takes seconds."""
TEMPO = {
    "slower": ("The attacker gains half as fast", 0.5),
    "faster": ("The attacker gains twice as fast", 2.0),
}
WEDGE = "Talks drag on and split the supporters"
APART, WEDGE_YEARS = 100.0, 2.0
"""The donor moves to the other end of the scale, and may cut within two years: the most that a wedge can do."""
NO_GUARANTEE, BOTH = "none", "both"


@dataclass(frozen=True)
class _Setting:
    """One family with what is held the same along it."""

    order: str
    scenario: str
    scenario_name: str
    guarantee: Guarantee | None
    settlements: list[Settlement]
    shares: tuple[float, ...]
    futures: Futures
    fighting: dict[str, np.ndarray]


def range_tables(run: Run, sets: int = SETS) -> Tables:
    """Tables bargaining_range (who accepts which line) and range_summary (where all acceptances overlap).

    The remaining ground of the theatre's main region is at stake; the guarantee of the run's first proposal that has
    one stands behind the lines of the scenarios. sets : number of belief sets used
    """
    case, front, streams = run.case, run.front, run.streams
    futures = first_sets(run.outlook.futures, sets).holding(line_each=FEW)
    where = front.theatre.main_region
    viewpoints = {v.actor: default_values(case, v.actor) for v in case.values}
    rows, summary = [], []
    for setting in _settings(case, front, futures, run.settlements, where, streams):
        family = _family(case, front, setting, viewpoints, streams)
        rows += _rows(case, front, setting, family, viewpoints)
        summary.append(_summary(case, setting, family, where, viewpoints))
    return made({BARGAINING_RANGE: pd.DataFrame(rows), RANGE_SUMMARY: pd.DataFrame(summary)})


def _settings(
    case: Case,
    front: Front,
    futures: Futures,
    settlements: Mapping[str, Settlement],
    region: str,
    streams: Streams,
) -> Iterator[_Setting]:
    """Every guarantee along the order of fall; the belt last, other support and other tempo with the first one's."""
    here = front.ground
    lines = {
        share: line for share, line in zip(SHARES, family_of_lines(case, here, region, SHARES), strict=True)
    }
    fighting = fight_on(case, front.theatre, futures)
    focus = next((s.guarantee for s in settlements.values() if s.guarantee is not None), None)

    def along(order: str, scenario: str, name: str, guarantee: Guarantee | None, family: dict[float, Settlement],
              own: Futures, fought: dict[str, np.ndarray]) -> _Setting:  # fmt: skip
        backed = [replace(line, guarantee=guarantee) for line in family.values()]
        return _Setting(order, scenario, name, guarantee, backed, tuple(family), own, fought)

    few = {share: lines[share] for share in FEWER}
    for guarantee in (None, *case.guarantees):
        full = guarantee is None or guarantee is focus
        yield along(
            "nearest_first", AS_TODAY, "As today", guarantee, lines if full else few, futures, fighting
        )
    if (here.belt != "").any():
        late = dict(zip(LATE, family_of_lines(case, here, region, LATE, "belt_last"), strict=True))
        kept = {0.0: lines[0.0]} | late | {1.0: lines[1.0]}
        yield along("belt_last", AS_TODAY, "As today", focus, kept, futures, fighting)
    for scenario, name, own in _scenarios(case, futures):
        yield along("nearest_first", scenario, name, focus, few, own, fight_on(case, front.theatre, own))
    if case.wedge is not None and case.wedge.support_path is not None and case.capabilities:
        split = _split(case, front, futures, fighting, streams)
        yield along("nearest_first", "wedge", WEDGE, focus, few, futures, split)


def _split(
    case: Case, front: Front, futures: Futures, fighting: dict[str, np.ndarray], streams: Streams
) -> dict[str, np.ndarray]:
    """What holding out is worth where talks may split the supporters: fighting on as today, and under the wedge's
    support path as much more often as a donor that stands apart cuts more often than one that stands as today."""
    assert case.wedge is not None and case.wedge.support_path is not None
    today = mean_distance(case)
    ones = np.ones(futures.sets)
    rise = wedge_value(case.wedge, today, APART, ones, WEDGE_YEARS, streams).value
    odds = np.repeat(rise, futures.draws // futures.sets)
    cut = fight_on(case, front.theatre, futures.with_support(case.wedge.support_path))
    return {name: (1.0 - odds) * fighting[name] + odds * cut[name] for name in fighting}


def _scenarios(case: Case, futures: Futures) -> Iterator[tuple[str, str, Futures]]:
    """The case's support paths, and slower and faster gains."""
    for path in case.support_paths:
        if path.id != AS_TODAY and case.capabilities:
            yield path.id, path.name, futures.with_support(path.id)
    for scenario, (name, times) in TEMPO.items():
        yield scenario, name, futures.with_support(AS_TODAY, times)


def _family(
    case: Case, front: Front, setting: _Setting, viewpoints: Mapping[str, Values], streams: Streams
) -> Family:
    futures = setting.futures
    credibility = credibility_for(case, setting.settlements[0], futures)
    runs = [
        accept(case, front.theatre, line, futures, Signing(credibility=credibility))
        for line in setting.settlements
    ]
    gains = {
        actor: np.array([advantage(values, run, setting.fighting, futures, streams) for run in runs])
        for actor, values in viewpoints.items()
    }
    blocked = {
        actor: ["; ".join(vetoed_clauses(values, case, line.proposal)) for line in setting.settlements]
        for actor, values in viewpoints.items()
    }
    return Family(np.array(setting.shares), gains, blocked)


def _rows(
    case: Case, front: Front, setting: _Setting, family: Family, viewpoints: Mapping[str, Values]
) -> list[dict[str, object]]:
    names = {actor.id: actor.name for actor in case.actors}
    sides = (case.defender.id, case.challenger.id)
    shown: list[tuple[str, str, str, tuple[str, ...]]] = [
        (actor, names.get(actor, actor), v.viewpoint, (actor,)) for actor, v in viewpoints.items()
    ]
    shown.append((BOTH, f"{case.defender.name} and {case.challenger.name}", "each its own default", sides))
    km2 = [exact_area(front.theatre, line.given_up) for line in setting.settlements]
    out: list[dict[str, object]] = []
    for actor, name, viewpoint, who in shown:
        gain = family.gain(actor) if actor != BOTH else np.full(len(family.point), np.nan)
        depth = family.depth(*who)
        for k, share in enumerate(family.share(*who)):
            reasons = [family.blocked[one][k] for one in who if family.blocked[one][k]]
            row = _key(setting) | {"line": setting.shares[k], "km2_given_up": km2[k]}
            row |= {"actor": actor, "actor_name": name, "viewpoint": viewpoint}
            row |= {"share_accept": float(share), "gain": float(gain[k]), "depth": float(depth[k])}
            out.append(row | {"blocked_by": "; ".join(reasons)})
    return out


def _summary(
    case: Case, setting: _Setting, family: Family, region: str, viewpoints: Mapping[str, Values]
) -> dict[str, object]:
    """Where what each side accepts under half of the beliefs or more overlaps, and how often acceptances do."""
    defender, challenger = case.defender, case.challenger
    most = max((high for _, high in family.spans(defender.id)), default=float("nan"))
    least = min((low for low, _ in family.spans(challenger.id)), default=float("nan"))
    common = family.range(defender.id, challenger.id)
    at, depth = family.deepest(defender.id, challenger.id)
    asked = best_demand(family, challenger.id, defender.id)
    return _key(setting) | {
        "region": region,
        "defender": defender.id,
        "defender_viewpoint": viewpoints[defender.id].viewpoint,
        "challenger": challenger.id,
        "challenger_viewpoint": viewpoints[challenger.id].viewpoint,
        "defender_most": most,
        "challenger_least": least,
        "range_low": common[0][0] if common else float("nan"),
        "range_high": common[-1][1] if common else float("nan"),
        "share_with_range": family.share_with_range(defender.id, challenger.id),
        "deepest_line": at,
        "depth": depth,
        "finding": _finding(defender.name, challenger.name, most, least, bool(common)),
        "demand": asked.point,
        "demand_refused": asked.refused,
        "sets": setting.futures.sets,
    }


def _finding(defender: str, challenger: str, most: float, least: float, met: bool) -> str:
    """What the range is, or what blocks it, in words."""
    if met:
        return f"both accept from {as_percent(least)} to {as_percent(most)} handed over"
    if most != most and least != least:
        return f"neither {defender} nor {challenger} prefers any line of the family to fighting on"
    if most != most:
        return f"{defender} prefers fighting on to every line of the family"
    if least != least:
        return f"{challenger} prefers fighting on to every line of the family"
    return f"{defender} accepts up to {as_percent(most)} handed over, {challenger} asks for {as_percent(least)} or more"


def _key(setting: _Setting) -> dict[str, object]:
    guarantee = setting.guarantee
    return {
        "order": setting.order,
        "scenario": setting.scenario,
        "scenario_name": setting.scenario_name,
        "guarantee": guarantee.id if guarantee else NO_GUARANTEE,
        "guarantee_name": guarantee.name if guarantee else "No guarantee",
    }


@node("tables.lines")
def LINE_TABLES(reads: Reads) -> Tables:
    """Tables of who accepts which line."""
    return range_tables(Run(reads))
