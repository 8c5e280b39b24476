"""What follows from which belief: shares of beliefs under which accepting is better, break-even, and what it hinges on.

Value of a course = Σ_k w_k · (±outcome_k / scale_k), weights drawn within the ranges of a published viewpoint, in the
tradition of stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen & Salminen 1998, EJOR 106:137).
A belief set prefers accepting if its expected value over the set's futures lies above that of the best alternative
(`choice.consent`). A clause that a viewpoint vetoes makes a proposal unacceptable to it whatever its value: no sum of
favours buys it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from contactline.case.clauses import Proposal, Withdrawal
from contactline.case.debate import Values
from contactline.case.schema import Case
from contactline.choice.consent import accepts
from contactline.choice.slots import VALUES, Judge
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON, OUTCOMES, Outcomes, Signing, accept
from contactline.engine.futures import Futures
from contactline.engine.ground import Theatre
from contactline.engine.models import model_of
from contactline.truce.terms import Settlement

ALTERNATIVES = (FIGHT_ON,)
"""Courses that a side can take without the other's signature: what signing is set against. Another offer, or fighting
first and settling later, needs that signature again and is none."""


def gain_of_signing(
    values: Values,
    course: str,
    runs: Mapping[str, Outcomes],
    futures: Futures,
    streams: Streams,
    middle: bool = False,
) -> np.ndarray:
    """Expected value of a course over the best alternative in the same belief set : ndarray[set], units of value.

    runs : course → outcomes, alternatives among them; `middle` takes every weight at the middle of its range
    Raises InputError where no alternative was run.
    """
    against = [runs[other] for other in ALTERNATIVES if other in runs]
    if not against:
        raise InputError(
            f"{course}: no alternative to signing was run, so nothing can be above it; run one of "
            f"{', '.join(ALTERNATIVES)} too."
        )
    each = [advantage(values, runs[course], other, futures, streams, middle) for other in against]
    found: np.ndarray = np.min(each, axis=0)
    return found


def advantage(
    values: Values,
    accepting: Outcomes,
    fighting: Outcomes,
    futures: Futures,
    streams: Streams,
    middle: bool = False,
    model: Judge | None = None,
) -> np.ndarray:
    """Expected value of accepting over fighting on, per belief set : ndarray[set], units of value.

    Weights are drawn once per belief set, uniform within each attribute's range; `middle` takes the range's middle.
    """
    weights = {}
    for attribute in values.attributes:
        if attribute.outcome not in OUTCOMES:
            raise UnknownNameError("outcome", attribute.outcome, OUTCOMES)
        rng = streams.rng(f"choice.weight.{values.actor}.{values.viewpoint}.{attribute.outcome}")
        weights[attribute.outcome] = np.full(futures.sets, 0.5) if middle else rng.random(futures.sets)
    chosen = model_of(futures.reads, VALUES) if model is None else model
    return chosen.advantage(values, accepting, fighting, weights)


def vetoed_clauses(values: Values, case: Case, proposal: Proposal) -> list[str]:
    """Points of the proposal that the viewpoint calls unacceptable.

    A veto names a clause kind, optionally with a form after a colon: `cession`, `cession:de_jure`,
    `withdrawal:defender` (the defender leaves ground it holds), `alliance:ban`, `foreign_troops:barred`.
    """
    found = []
    for clause in proposal.clauses:
        if clause.denies:
            continue  # a text that only drops or excludes a thing does not ask for it
        names: set[str] = {clause.kind}
        for field in ("form", "rule", "relief", "use"):
            if hasattr(clause, field):
                names.add(f"{clause.kind}:{getattr(clause, field)}")
        if isinstance(clause, Withdrawal):
            leaver = "defender" if clause.side == case.defender.id else "challenger"
            names.add(f"withdrawal:{leaver}")
        if names & set(values.vetoes):
            found.append(clause.point or clause.kind)
    return found


@dataclass(frozen=True)
class BreakEven:
    """Share of belief sets that prefer accepting, over guarantee credibility × collapse rate.

    share : ndarray[credibility, rate]; curve : ndarray[rate], credibility at which the share crosses one half
    (NaN where it never does)
    """

    credibility: np.ndarray
    rate: np.ndarray
    share: np.ndarray
    curve: np.ndarray


def break_even(
    theatre: Theatre,
    settlement: Settlement,
    values: Values,
    futures: Futures,
    streams: Streams,
    *,
    credibility: np.ndarray,
    fighting: Mapping[float, Outcomes],
) -> BreakEven:
    """The figure of this debate: sweep credibility and collapse rate.

    credibility : ndarray[point], probability, constant over time; fighting : collapse rate, spells a year → outcomes of
    fighting on (`fighting_at`), the same for every proposal

    The rate on the axis is that of fighting on: the claim at issue is that the line will not hold if the war is not
    stopped now. War renewed after a pause keeps the case's own belief, since both sides have rebuilt by then.
    """
    accepting = [
        accept(
            futures.case,
            theatre,
            settlement,
            futures,
            Signing(credibility=np.full((futures.draws, futures.weeks), float(q))),
        )
        for q in credibility
    ]
    share = np.array(
        [
            [np.mean(accepts(advantage(values, a, f, futures, streams))) for f in fighting.values()]
            for a in accepting
        ]
    )
    return BreakEven(
        credibility,
        np.array(list(fighting)),
        share,
        np.array([_crossing(credibility, column) for column in share.T]),
    )


def fighting_at(futures: Futures, rate: np.ndarray) -> dict[float, Outcomes]:
    """Collapse rate, ndarray[point], spells a year → outcomes of fighting on at it."""
    fought = {float(r): futures.reads.under({"held": {"war.collapse_rate": float(r)}}) for r in rate}
    return {r: reads.of(COURSE(FIGHT_ON)) for r, reads in fought.items()}


def hinges(
    advantages: np.ndarray, beliefs: Mapping[str, np.ndarray], names: Iterable[str], most: int = 12
) -> list[str]:
    """Which beliefs decide, strongest first, `most` at the most.

    advantages : ndarray[set]; beliefs : name → ndarray[set]; names : those that enter the comparison. Ranked by
    standardised rank regression coefficient (Saltelli and others 2008, Global Sensitivity Analysis, ch. 1), all
    beliefs in one regression; those whose coefficient is within 2.5 standard errors of zero are left out. None with
    fewer than two belief sets a belief: such a regression would name beliefs by luck.
    """
    asked = [name for name in names if np.ptp(beliefs[name]) > 0]
    if len(advantages) < 2 * len(asked):
        return []
    strength = _rank_coefficients([beliefs[name] for name in asked], advantages)
    order = [i for i in np.argsort(-np.abs(strength), kind="stable") if strength[i] != 0.0]
    return [asked[i] for i in order[:most]]


def _rank_coefficients(columns: list[np.ndarray], outcome: np.ndarray, errors: float = 2.5) -> np.ndarray:
    """Standardised rank regression coefficients : ndarray[belief]; zero where within `errors` standard errors."""
    sets, count = len(outcome), len(columns)
    if not count:
        return np.empty(0)
    ranks = scipy.stats.rankdata(np.column_stack([*columns, outcome]), axis=0)
    ranks = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    x, y = ranks[:, :-1], ranks[:, -1]
    solution, *_ = np.linalg.lstsq(x, y, rcond=None)
    spare = max(sets - count, 1)
    noise = np.sum((y - x @ solution) ** 2) / spare
    spread = np.sqrt(noise * np.diag(np.linalg.pinv(x.T @ x)))
    return np.where(np.abs(solution) > errors * spread, solution, 0.0)


def default_values(case: Case, actor: str) -> Values:
    """The default viewpoint of an actor. Raises UnknownNameError if the case values nothing for it."""
    own = [values for values in case.values if values.actor == actor]
    if not own:
        raise UnknownNameError("values of actor", actor, {values.actor for values in case.values})
    return next((values for values in own if values.default), own[0])


def _crossing(credibility: np.ndarray, share: np.ndarray) -> float:
    """Credibility at which a share passes one half, by linear interpolation; NaN if it stays on one side."""
    above = share >= 0.5
    if above.all() or not above.any():
        return float("nan")
    i = int(np.flatnonzero(above[1:] != above[:-1])[0])
    gap = share[i + 1] - share[i]
    return float(credibility[i] + (0.5 - share[i]) / gap * (credibility[i + 1] - credibility[i]))
