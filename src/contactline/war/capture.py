"""Which exposed cell falls: a conditional logit over held neighbours, local activity and ground.

    P(cell i changes | one cell of its sector changes) = exp(η_i) / Σ_j exp(η_j),  j: exposed cells of the sector
    η = neighbours[held neighbours] + heat[level of activity] + town + belt + place

Activity is Σ ring_weight[distance]·decay^(weeks ago) over changes of holder nearby. Penalised maximum likelihood
(McFadden 1974), normal approximation with the covariance clustered by week, since a map redraws many cells at once.
Comparing within the sector leaves what moves whole sectors to `contactline.war.activity`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contactline.core.errors import FitError
from contactline.war.capture_data import (
    CAPTURE,
    GROUND,
    MOST_NEIGHBOURS,
    Choices,
    Heat,
    History,
    activity_rings,
    choices,
    pulls,
    random_order,
)
from contactline.war.kernel_given import CaptureRule

RING_WEIGHT = (1.0, 1.0, 0.5, 0.25)
"""What a change of holder adds to the activity of cells 0, 1, 2, 3 steps away. On the built-in case .04 to .06 nats a
capture better than equal weights or nearest cells only; the Brier score ahead hardly tells them apart."""

HEAT_EDGES = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)
"""Lower edges of the activity levels above none, doublings of what one capture next door leaves behind."""

DECAYS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
"""Factors per week that are tried."""

BURN_IN_WEEKS = 6
"""Weeks left out at the start of the record, where activity is not known yet."""

ORDERS = 2
STEP_SD, LEVEL_SD, GROUND_SD, RECAPTURE_SD = 1.0, 3.0, 0.5, 0.7
"""Prior spread (log weight): between neighbouring levels of a table; of a level itself; of town, belt and place; of
how recapture may differ from capture. *Assumption* of the developers: weak for what the record shows, closed for what
it does not (no belt cell has ever fallen)."""

FEWEST_EVENTS = 30
REFERENCE_NEIGHBOURS = 2


@dataclass(frozen=True)
class CaptureFit:
    """A fitted rule: normal posterior of its coefficients for each decay tried, and the decays' weights.

    name : coefficients; mean : ndarray[decay, coefficient]; cov : ndarray[decay, coefficient, coefficient]
    decays : ndarray[decay]; chance : ndarray[decay], posterior weight, sums to one
    events : changes used; skipped : share of changes whose cell was not exposed (the rule cannot say them)
    clustering : variance clustered by week over naive variance, median over coefficients
    log_loss, log_loss_even : mean −log probability a change, and of all exposed cells of the sector alike, nats
    """

    side: int
    name: tuple[str, ...]
    mean: np.ndarray
    cov: np.ndarray
    decays: np.ndarray
    chance: np.ndarray
    events: int
    skipped: float
    clustering: float
    log_loss: float
    log_loss_even: float
    ring_weight: tuple[float, ...] = RING_WEIGHT
    heat_edges: tuple[float, ...] = HEAT_EDGES

    @property
    def best(self) -> int:
        """Index of the decay with the largest posterior weight."""
        return int(self.chance.argmax())

    def value(self, name: str) -> tuple[float, float]:
        """Posterior mean and standard deviation of one coefficient (log weight), at the best decay."""
        k = self.name.index(name)
        return float(self.mean[self.best, k]), float(np.sqrt(self.cov[self.best, k, k]))

    def static(self, ground: np.ndarray) -> np.ndarray:
        """Log weight of town, belt and place at their posterior means : ndarray[cell]; ground as in History."""
        tail = self.mean[self.best, -len(GROUND) :]
        found: np.ndarray = sum(((ground >> k) & 1) * tail[k] for k in range(len(GROUND)))
        return found

    def activity(self, past: History, decay: np.ndarray) -> np.ndarray:
        """Activity of each cell as the record ends : ndarray[rule, cell]; decay : ndarray[rule]."""
        weight = np.array(self.ring_weight)
        found = {value: activity_rings(past, value) @ weight for value in np.unique(decay).tolist()}
        return np.array([found[value] for value in decay.tolist()])

    def rule(self, value: np.ndarray, decay: np.ndarray, ground: np.ndarray) -> CaptureRule:
        """Coefficients ndarray[rule, coefficient] and decays ndarray[rule] in the form that the simulator reads."""
        neighbours, heat, _ = tables(value, len(self.heat_edges) + 1)
        return CaptureRule(
            neighbours.astype(np.float32), heat.astype(np.float32), np.array(self.heat_edges, np.float32),
            decay.astype(np.float32), np.array(self.ring_weight, np.float32), self.static(ground).astype(np.float32),
        )  # fmt: skip


def draw_rules(
    capture: CaptureFit, recapture: CaptureFit, past: History, rules: int, rng: np.random.Generator
) -> tuple[CaptureRule, CaptureRule, np.ndarray]:
    """Posterior draws of both rules and the activity they start from : ndarray[rule, cell].

    Both rules of a draw share one decay, drawn from the captures' posterior: the few recaptures cannot tell. Town,
    belt and place stand at their posterior means in every draw. Deterministic given `rng`.
    """
    which = rng.choice(len(capture.decays), size=rules, p=capture.chance)
    decay = capture.decays[which]
    made = []
    for fit in (capture, recapture):
        if not np.array_equal(fit.decays, capture.decays):
            raise FitError(
                "recapture rule: fitted for other decays than the capture rule; fit both for the same."
            )
        noise = rng.standard_normal((rules, len(fit.name)))
        value = fit.mean[which] + np.einsum("rij,rj->ri", np.linalg.cholesky(fit.cov)[which], noise)
        made.append(fit.rule(value, decay, past.ground))
    return made[0], made[1], capture.activity(past, decay)


def fit_capture(
    past: History,
    sector: np.ndarray,
    rng: np.random.Generator,
    *,
    side: int = CAPTURE,
    decays: Sequence[float] = DECAYS,
    shrink_to: CaptureFit | None = None,
    burn_in: int = BURN_IN_WEEKS,
) -> CaptureFit:
    """Fit the rule by which cells fall to `side`. Deterministic given `rng`; about a second for 1,400 changes.

    sector : ndarray[cell], changes are compared with exposed cells of their own sector
    shrink_to : a fit of the other direction that this one is a departure from (few recaptures are on record)
    Many cells fall in a week: each is a choice of its own, made when those before it have fallen (the simulator's own
    process, so no approximation for ties between days); within a day, `ORDERS` random orders are averaged.
    The decay is judged on what earlier weeks say about the next, activity standing still within the week: within a
    week clustering is mostly the map being redrawn, and would drive the decay down. Raises FitError.
    """
    known = past.event_holder == side
    if known.sum() < FEWEST_EVENTS and shrink_to is None:
        what = "captures" if side == CAPTURE else "recaptures"
        raise FitError(
            f"changes: {int(known.sum())} {what} on record; {FEWEST_EVENTS} are needed to fit which cell falls. "
            "Give a longer control history or a finer resolution."
        )
    sequences = [random_order(past, rng) for _ in range(ORDERS)]
    levels = len(HEAT_EDGES) + 1
    kinds = design(levels)
    precision = prior_precision(levels)
    centre = np.zeros(kinds.shape[1])
    if shrink_to is not None:
        centre = shrink_to.mean[shrink_to.best]
        precision = precision + np.eye(len(centre)) / RECAPTURE_SD**2
    found, profile = [], []
    start = None
    for decay in decays:
        sets = [
            choices(
                past, side, Heat(np.array(RING_WEIGHT), decay, np.array(HEAT_EDGES)),
                sequences if not frozen else sequences[:1], stratum=sector, from_week=burn_in, frozen=frozen,
            )
            for frozen in (False, True)
        ]  # fmt: skip
        found.append((sets[0], *maximise(sets[0], kinds, precision, centre, start)))
        start = found[-1][1]
        best, hessian = maximise(sets[1], kinds, precision, centre, start)
        away = best - centre
        level = log_likelihood(sets[1], kinds, best) - 0.5 * away @ precision @ away
        profile.append(level - 0.5 * np.linalg.slogdet(hessian)[1])
    covariances = [clustered(sets, kinds, mean, hessian) for sets, mean, hessian in found]
    naive = np.linalg.inv(found[int(np.argmax(profile))][2])
    inflation = np.diag(covariances[int(np.argmax(profile))]) / np.diag(naive)
    # A week's changes are redrawn together, so the record holds fewer independent choices than changes.
    clustering = max(float(np.median(inflation)), 1.0)
    chance = np.exp((np.array(profile) - max(profile)) / clustering)
    best_sets, best_mean, _ = found[int(np.argmax(profile))]
    total = float(best_sets.weight.sum())
    return CaptureFit(
        side, coefficient_names(levels), np.array([mean for _, mean, _ in found]), np.array(covariances),
        np.array(decays, float), chance / chance.sum(), round(total), best_sets.skipped, clustering,
        -log_likelihood(best_sets, kinds, best_mean) / total,
        -log_likelihood(best_sets, kinds, np.zeros_like(best_mean)) / total,
    )  # fmt: skip


def sector_pulls(
    past: History, fit: CaptureFit, sector: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Sum of exposed cells' capture weights by sector, at the posterior mean : ndarray[week, sector]."""
    weight = np.exp(design(len(fit.heat_edges) + 1) @ fit.mean[fit.best])
    heat = Heat(np.array(fit.ring_weight), float(fit.decays[fit.best]), np.array(fit.heat_edges))
    return pulls(past, weight, heat, random_order(past, rng), sector, count)


def coefficient_names(levels: int) -> tuple[str, ...]:
    """Names of coefficients in order: neighbours (but the reference), heat levels above 0, ground."""
    near = [n for n in range(1, MOST_NEIGHBOURS + 1) if n != REFERENCE_NEIGHBOURS]
    return (*(f"neighbours.{n}" for n in near), *(f"heat.{k}" for k in range(1, levels)), *GROUND)


def design(levels: int) -> np.ndarray:
    """Which coefficients make up the log weight of each kind of cell : ndarray[kind, coefficient]."""
    grounds = 2 ** len(GROUND)
    kind = np.arange(MOST_NEIGHBOURS * levels * grounds)
    near, level, ground = kind // (levels * grounds) + 1, (kind // grounds) % levels, kind % grounds
    columns = [near == n for n in range(1, MOST_NEIGHBOURS + 1) if n != REFERENCE_NEIGHBOURS]
    columns += [level == k for k in range(1, levels)]
    columns += [(ground >> k) & 1 for k in range(len(GROUND))]
    return np.array(columns, float).T


def tables(value: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients as tables: neighbours ndarray[rule, 7], heat ndarray[rule, level], ground ndarray[rule, 3]."""
    rules = len(value)
    neighbours = np.zeros((rules, MOST_NEIGHBOURS + 1))
    neighbours[:, 0] = -np.inf
    near = [n for n in range(1, MOST_NEIGHBOURS + 1) if n != REFERENCE_NEIGHBOURS]
    neighbours[:, near] = value[:, : len(near)]
    heat = np.column_stack([np.zeros(rules), value[:, len(near) : len(near) + levels - 1]])
    return neighbours, heat, value[:, len(near) + levels - 1 :]


def prior_precision(levels: int) -> np.ndarray:
    """Precision of the normal prior, ndarray[coefficient, coefficient]: adjacent entries of a table differ by about
    STEP_SD, all are within LEVEL_SD."""
    near, heat = np.eye(MOST_NEIGHBOURS), np.eye(levels)
    keep = [n for n in range(MOST_NEIGHBOURS) if n != REFERENCE_NEIGHBOURS - 1]
    blocks = [
        (np.diff(near, axis=0)[:, keep], len(keep)),
        (np.diff(heat, axis=0)[:, 1:], levels - 1),
    ]
    size = len(keep) + levels - 1 + len(GROUND)
    precision = np.zeros((size, size))
    start = 0
    for steps, width in blocks:
        part = slice(start, start + width)
        precision[part, part] = steps.T @ steps / STEP_SD**2 + np.eye(width) / LEVEL_SD**2
        start += width
    precision[start:, start:] = np.eye(len(GROUND)) / GROUND_SD**2
    return precision


def log_likelihood(sets: Choices, kinds: np.ndarray, value: np.ndarray) -> float:
    """Σ weight · log P(chosen); kinds : ndarray[kind, coefficient], what each kind of cell has; value :
    ndarray[coefficient]."""
    eta = kinds @ value
    top = eta.max()
    return float(sets.weight @ (eta[sets.chosen] - top - np.log(sets.counts @ np.exp(eta - top))))


def maximise(
    sets: Choices,
    kinds: np.ndarray,
    precision: np.ndarray,
    centre: np.ndarray,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Penalised maximum, ndarray[coefficient], and the Hessian there, ndarray[coefficient, coefficient].

    By damped Newton steps from `start` under a normal prior at `centre` of this precision; kinds as in
    `log_likelihood`. Raises FitError if it does not settle.
    """
    used = np.flatnonzero(sets.counts.any(axis=0))
    counts, design_used = sets.counts[:, used].astype(float), kinds[used]
    taken = np.bincount(sets.chosen, weights=sets.weight, minlength=len(kinds))[used]
    value = centre.copy() if start is None else start.copy()
    for _ in range(100):
        share = counts * np.exp(design_used @ value)
        share *= (sets.weight / share.sum(axis=1))[:, None]
        expected = share.sum(axis=0)
        mean = (share / sets.weight[:, None]) @ design_used
        gradient = design_used.T @ (taken - expected) - precision @ (value - centre)
        hessian = (
            (design_used * expected[:, None]).T @ design_used
            - (mean * sets.weight[:, None]).T @ mean
            + precision
        )
        step = np.linalg.solve(hessian, gradient)
        # The log likelihood is concave; far out a full step may overflow, so none is longer than one.
        value = value + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-7:
            return value, hessian
    raise FitError(
        "capture rule: 100 Newton steps did not settle; the control history may hold cells without any alternative. "
        "Check tables 'cells' and 'changes'."
    )


def clustered(sets: Choices, kinds: np.ndarray, value: np.ndarray, hessian: np.ndarray) -> np.ndarray:
    """Covariance clustered by week (Liang & Zeger 1986), ndarray[coefficient, coefficient], never below the naive one
    on the diagonal."""
    share = sets.counts * np.exp(kinds @ value)
    mean = (share / share.sum(axis=1, keepdims=True)) @ kinds
    score = (kinds[sets.chosen] - mean) * sets.weight[:, None]
    weeks = np.unique(sets.week, return_inverse=True)[1]
    by_week = np.zeros((weeks.max() + 1, len(value)))
    np.add.at(by_week, weeks, score)
    naive = np.linalg.inv(hessian)
    robust = naive @ (by_week.T @ by_week) @ naive
    # The sandwich leaves out the prior's own uncertainty where the record is silent: scale the naive one instead.
    ratio = np.sqrt(np.maximum(np.diag(robust) / np.diag(naive), 1.0))
    return naive * np.outer(ratio, ratio)
