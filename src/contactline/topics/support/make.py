"""Stage: who can provide what, and what each support path makes possible if the fighting goes on.

Every path is fought out on the same futures as the run; the belt is fought out on the map with few trajectories, so
its chances are good to some points and its paired differences to fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from contactline.case.labels import belief_labels
from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.case.supply import SupportCut, SupportPath
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.progress import Tick, no_tick
from contactline.core.rounding import wilson
from contactline.engine.run import Run
from contactline.engine.support_paths import Belt, Fought, Sample, fight, sample_of, set_up
from contactline.support.adequacy import Support, support_on, support_path
from contactline.support.frontier import Paired, paired, path_cost, smallest_package, variance_shares
from contactline.support.ledger import actor_name, capabilities, ledger, reliance
from contactline.topics.quantiles import SPREAD, spread
from contactline.topics.support.schema import (
    SUPPORT_ADEQUACY,
    SUPPORT_CAPABILITIES,
    SUPPORT_DRIVERS,
    SUPPORT_FACTORS,
    SUPPORT_FRONTIER,
    SUPPORT_LEDGER,
    SUPPORT_PACKAGES,
    SUPPORT_RELIANCE,
)
from contactline.topics.words import lowered
from contactline.war.slots import Space

WEEKS = 104
"""The frontier looks two years ahead: further out, supply is a plan rather than a path."""
MARKS = (52, 104)
DRAWS = 4000
"""Futures that gains, losses and collapses are read off: twenty of each belief set of a full run."""
MAP_DRAWS = 400
"""Trajectories fought out on the map for each path: a chance near a half is then good to 4 points (90%)."""
PACKAGE_DRAWS = 400
MOST = 3.0
"""Largest factor tried: three times of what a donor gives."""
HOLD_WEEKS = 52
WORSE = 0.02
"""A path needs a package where it makes holding the belt less likely by more than this: the rest is noise."""


@dataclass(frozen=True)
class PathsAsked:
    """How support paths are compared.

    more : paths of the user's own beside the case's; hold_weeks, likelihood : weeks that the packages must hold the
    belt and with what probability (by default as likely as on the path as today)
    thorough : finer levels of belt resistance, finer steps, and packages of all donors together beside the largest's
    with_packages : without them the stage takes half the time
    """

    more: Sequence[SupportPath] = ()
    hold_weeks: int = HOLD_WEEKS
    likelihood: float | None = None
    thorough: bool = False
    with_packages: bool = True


def support_tables(run: Run, asked: PathsAsked = PathsAsked(), tick: Tick = no_tick) -> Tables:
    """Tables support_ledger, support_reliance, support_capabilities, support_adequacy, support_factors,
    support_frontier, support_drivers and support_packages; none for a case without capabilities.
    """
    case = run.case
    if not case.capabilities:
        return Tables()
    front, spatial = run.front, run.spatial
    paths = all_paths(case, asked.more)
    sample = sample_of(run.outlook.futures, WEEKS).spaced(DRAWS)
    few = sample.spaced(MAP_DRAWS)
    levels = 3 if asked.thorough else 2
    board = (
        set_up(case, front, spatial, few, run.streams, levels) if spatial is not None and case.belts else None
    )
    most = front.theatre.km2_held
    fought: dict[str, Fought] = {}
    belts: dict[str, Belt] = {}
    factors = []
    for done, path in enumerate(paths):
        worked = support_on(case, path, sample.weeks)
        fought[path.id] = fight(sample, worked)
        if board is not None:
            belts[path.id] = board.belts(fight(few, worked).gained)
        factors.append(_factors(path, worked, sample))
        tick(0.7 * (done + 1) / len(paths))
    tables = {
        SUPPORT_ADEQUACY: adequacy_table(case, paths, sample.weeks),
        SUPPORT_FACTORS: pd.concat(factors, ignore_index=True),
        SUPPORT_FRONTIER: _frontier(case, paths, sample, few, fought, belts, most),
        SUPPORT_DRIVERS: _drivers(case, paths, sample, fought, most),
    }
    if spatial is not None and belts and asked.with_packages:
        tables[SUPPORT_PACKAGES] = packages(run, spatial, sample, asked)
    tick(1.0)
    return ledger_tables(case) | made(tables)


def ledger_tables(case: Case) -> Tables:
    """The ledger, what the loss of one donor would leave, and the capabilities: no simulation."""
    return made(
        {
            SUPPORT_LEDGER: ledger(case),
            SUPPORT_RELIANCE: reliance(case),
            SUPPORT_CAPABILITIES: capabilities(case),
        }
    )


def adequacy_table(case: Case, paths: Iterable[SupportPath], weeks: int) -> pd.DataFrame:
    """Adequacy by capability and path, every fourth week, halfway between readings. As table 'support_adequacy'."""
    rows = []
    at = np.arange(0, weeks, 4)
    for path in paths:
        worked = support_on(case, path, weeks)
        for c in case.capabilities:
            rows.append(
                pd.DataFrame(
                    {
                        "path": path.id, "path_name": path.name, "capability": c.id, "name": c.name, "kind": c.kind,
                        "week": at, "adequacy": worked.adequacy[c.id][at], "as_today": worked.reference[c.id][at],
                    }
                )
            )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def all_paths(case: Case, more: Sequence[SupportPath] = ()) -> list[SupportPath]:
    """The path as today first, then the case's others, then the user's own."""
    own = [path for path in case.support_paths if path.id != AS_TODAY]
    return [support_path(case, AS_TODAY), *own, *more]


def packages(run: Run, spatial: Space, sample: Sample, asked: PathsAsked) -> pd.DataFrame:
    """The smallest factor on supply that holds the belt for the weeks asked with a likelihood, under each path that
    cuts supply and makes holding it less likely: on the outside donor who gives most kinds and, if thorough, on all.

    Columns as table 'support_packages'.
    """
    case, hold_weeks = run.case, asked.hold_weeks
    few = sample.spaced(PACKAGE_DRAWS)
    few = replace(few, net=few.net[:, :hold_weeks], claims=few.claims[:, :hold_weeks])
    board = set_up(case, run.front, spatial, few, run.streams, 3 if asked.thorough else 1)
    if board is None:
        return SUPPORT_PACKAGES.frame()

    def chance(path: SupportPath) -> float:
        fought = fight(few, support_on(case, path, hold_weeks))
        return float(np.mean(board.belts(fought.gained).fallen > hold_weeks))

    wanted = chance(support_path(case, AS_TODAY)) if asked.likelihood is None else asked.likelihood
    rows = []
    for path in all_paths(case, asked.more):
        helpers = _helpers(case, path)
        if not any(_cuts_supply(case, cut) for cut in path.cuts) or not helpers:
            continue
        base = chance(path)
        if base >= wanted - WORSE:
            continue
        for name, actors in helpers[: None if asked.thorough else 1]:
            found = smallest_package(
                partial(_chance_with, chance, path, actors),
                wanted,
                least=1.0,
                at_least=base,
                most=MOST,
                steps=5 if asked.thorough else 3,
            )
            scaled = _scaled(path, actors, found.factor) if found.factor > 1 else None
            cost = path_cost(case, scaled, hold_weeks) if scaled else None
            own = path_cost(case, path, hold_weeks)
            rows.append(
                {
                    "path": path.id, "path_name": path.name, "donor": name,
                    "donor_name": "all who still give" if name == "all" else actor_name(case, name),
                    "hold_weeks": hold_weeks, "likelihood": wanted, "p_as_is": base, "factor": found.factor,
                    "p_reached": found.chance, "most_tried": found.tried,
                    "cost_monthly": cost.monthly - own.monthly if cost else np.nan,
                }
            )  # fmt: skip
    return SUPPORT_PACKAGES.frame(rows)


def _chance_with(
    chance: Callable[[SupportPath], float], path: SupportPath, actors: tuple[str, ...], factor: float
) -> float:
    return chance(_scaled(path, actors, factor))


def _helpers(case: Case, path: SupportPath) -> list[tuple[str, tuple[str, ...]]]:
    """Whose supply may be raised under a path: the outside donor who gives most kinds, then all who still give."""
    supplied = [d.actor for c in case.capabilities if c.kind == "supply" for d in c.donors]
    stopped = {cut.actor for cut in path.cuts if cut.factor == 0}
    free = sorted(set(supplied) - stopped)
    outside = sorted((n for n in free if n != case.defender.id), key=lambda n: (-supplied.count(n), n))
    rest = [("all", tuple(free))] if set(free) - set(outside[:1]) else []
    return [(n, (n,)) for n in outside[:1]] + rest


def _cuts_supply(case: Case, cut: SupportCut) -> bool:
    kinds = {c.id: c.kind for c in case.capabilities}
    return cut.factor < 1 and (not cut.capabilities or any(kinds[n] == "supply" for n in cut.capabilities))


def _scaled(path: SupportPath, actors: tuple[str, ...], factor: float) -> SupportPath:
    """A path with some donors' supply times a factor from the first week on, beside its own cuts."""
    more = tuple(SupportCut(actor=name, factor=factor) for name in actors)
    return path.model_copy(update={"id": "scaled", "cuts": (*path.cuts, *more)})


def _frontier(
    case: Case,
    paths: Sequence[SupportPath],
    sample: Sample,
    few: Sample,
    fought: Mapping[str, Fought],
    belts: Mapping[str, Belt],
    most: float,
) -> pd.DataFrame:
    """One row per path: outcomes with their spread, and paired differences to the path as today."""
    base = fought[AS_TODAY]
    weeks = sample.weeks
    rows = []
    for path in paths:
        own = fought[path.id]
        gain, gain_today = own.gain(most), base.gain(most)
        cost = path_cost(case, path, weeks)
        row: dict[str, object] = {"path": path.id, "name": path.name, "weeks": weeks}
        row |= (
            spread(gain, "gain") | spread(own.losses, "losses") | {"p_collapse": float(own.collapsed.mean())}
        )
        row |= _difference("gain", paired(gain, gain_today, sample.set))
        row |= _difference("losses", paired(own.losses, base.losses, sample.set))
        row |= _difference("collapse", paired(own.collapsed, base.collapsed, sample.set))
        for mark in MARKS:
            stem = f"belt_{mark}"
            if path.id in belts:
                belt, now = belts[path.id], belts[AS_TODAY]
                hold, hold_now = belt.fallen > mark, now.fallen > mark
                held = belt.held[:, min(mark, weeks) - 1]
                row |= {f"p_{stem}": float(hold.mean()), f"{stem}_held": float(held.mean())}
                row |= _chance_range(f"p_{stem}", hold)
                row |= _difference(stem, paired(hold, hold_now, few.set))
            else:
                row |= dict.fromkeys(
                    (f"p_{stem}", f"{stem}_held", f"p_{stem}_low", f"p_{stem}_high", f"{stem}_diff",
                     f"{stem}_diff_low", f"{stem}_diff_high"), np.nan,
                )  # fmt: skip
        row |= {
            "cost_monthly": np.nan if cost.unpriced and not (cost.monthly or cost.once) else cost.monthly,
            "cost_total": np.nan if cost.unpriced and not (cost.monthly or cost.once) else cost.total,
            "unpriced": "; ".join(cost.unpriced),
        }
        rows.append(row)
    frame = pd.DataFrame(rows)
    money = frame["cost_total"].where(frame["cost_total"].abs() > 0.05)
    # Per billion only where the path spends or saves money: the sign says which way the belt's chance goes with it.
    return frame.assign(
        belt_per_billion=frame[f"belt_{MARKS[0]}_diff"] / money, gain_per_billion=frame["gain_diff"] / money
    )


def _difference(stem: str, pair: Paired) -> dict[str, float]:
    # Adding zero turns −0 into 0, which a saved table would not tell apart.
    named = {f"{stem}_diff": pair.mean, f"{stem}_diff_low": pair.low, f"{stem}_diff_high": pair.high}
    return {name: value + 0.0 for name, value in named.items()}


def _chance_range(stem: str, happened: np.ndarray) -> dict[str, float]:
    """90% range of a simulated chance."""
    middle, wide = wilson(float(happened.mean()), len(happened), 1.645)
    return {f"{stem}_low": middle - wide, f"{stem}_high": middle + wide}


def _factors(path: SupportPath, worked: Support, sample: Sample) -> pd.DataFrame:
    """Factors on tempo, losses, collapse and recruits, and leakage, at some weeks: median and 80% range."""
    # Beliefs stand still within a set, so one draw a set tells all.
    _, first = np.unique(sample.set, return_index=True)
    eta = {name: column[first] for name, column in sample.elasticity.items()}
    named = {
        "tempo": ("Factor on the challenger's tempo", worked.tempo_factor(eta)),
        "losses": ("Factor on the defender's losses", worked.losses_factor(eta)),
        "collapse": ("Factor on the hazard of collapse", worked.collapse_factor(eta)),
        "recruits": ("Factor on the challenger's recruits", worked.recruit_factor(eta)),
    }
    names = {c.id: c.name for c in worked.capabilities}
    named |= {
        f"leakage_{name}": (f"Share that gets through: {lowered(names[name])}", values)
        for name, values in worked.leakage(eta).items()
    }
    rows = []
    for key, (label, values) in named.items():
        for week in (13, 26, 52, 104):
            if week <= values.shape[1]:
                at = values[:, week - 1]
                rows.append(
                    {"path": path.id, "path_name": path.name, "factor": key, "label": label, "week": week}
                    | {q: float(np.quantile(at, level)) for q, level in SPREAD.items()}
                )
    return pd.DataFrame(rows)


def _drivers(
    case: Case, paths: Sequence[SupportPath], sample: Sample, fought: Mapping[str, Fought], most: float
) -> pd.DataFrame:
    """Which η drive the difference in gains and losses: share of its rank variance over belief sets."""
    _, first, which = np.unique(sample.set, return_index=True, return_inverse=True)
    count = np.bincount(which)

    def means(values: np.ndarray) -> np.ndarray:
        return np.bincount(which, weights=values) / count

    labels = {name: label.label for name, label in belief_labels(case).items()}
    labels |= {c.id: f"η of {lowered(c.name)} on the tempo" for c in case.capabilities}
    for c in case.capabilities:
        for effect in c.effects:
            labels[f"{c.id}.{effect.moves}"] = f"η of {lowered(c.name)} on {effect.moves}"
        labels[f"{c.id}.reading"] = f"Who supplies how much of {lowered(c.name)}"
    beliefs = {name: column[first] for name, column in sample.elasticity.items()}
    used = sample.beliefs.asked | (sample.read & set(sample.beliefs))
    beliefs |= {name: sample.beliefs[name][first] for name in sample.beliefs if name in used}
    rows = []
    base = fought[AS_TODAY]
    for path in paths:
        if path.id == AS_TODAY:
            continue
        own = fought[path.id]
        outcomes = {
            "gain": means(own.gain(most) - base.gain(most)),
            "losses": means(own.losses - base.losses),
        }
        for outcome, difference in outcomes.items():
            shares = variance_shares(difference, beliefs)
            for name, share in sorted(shares.items(), key=lambda item: -item[1])[:6]:
                rows.append(
                    {
                        "path": path.id, "path_name": path.name, "outcome": outcome, "belief": name,
                        "label": labels.get(name, name), "is_support": name in sample.elasticity,
                        "share": share, "noise": 1.0 / max(len(difference) - 1, 1),
                    }
                )  # fmt: skip
    return SUPPORT_DRIVERS.frame(rows)


@node("tables.support")
def SUPPORT_TABLES(reads: Reads) -> Tables:
    """Tables of who provides what and what each support path makes possible, without packages."""
    return support_tables(Run(reads), PathsAsked(with_packages=False))
