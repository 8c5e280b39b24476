"""What settlements of the past say about guarantees: a small hierarchical regression on the case's analogues.

    honoured, given that it was called on:   logit p_i      = a + f[form_i] + Σ_k β_k·x_ik + u[family_i]
    the line broken, each year observed:     log hazard_i   = a + f[form_i] + Σ_k β_k·x_ik + u[family_i]
    f, β ~ N(0, τ²),  u ~ N(0, σ²),  τ, σ ~ half-normal(TAU), half-normal(SIGMA),  a ~ N(0, 1.5²) or N(ln 0.1, 1.5²)

τ pulls every effect toward zero unless the cases speak; u makes cases of one conflict count as less than independent.
τ and σ are summed over a grid, the rest is a Laplace approximation at each grid point (Tierney & Kadane 1986; nested
as in Rue, Martino & Chopin 2009). A case counted as partly honoured is half a success. Deterministic; milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from contactline.case.pledges import Analogue, Guarantee
from contactline.truce.laplace import Regression, mode_of

Outcome = Literal["honoured", "broken"]
FORMS = ("treaty", "executive", "statement")
EFFECTS: dict[Outcome, tuple[str, ...]] = {
    "honoured": ("troops", "defences_ceded", "distance", "organisation"),
    "broken": ("troops", "defences_ceded", "dmz", "guaranteed", "organisation"),
}
"""Features beside form; distance is log10(km / 1000), so its effect is that of a tenfold distance."""
NEAR_KM = 1000.0
"""Distance at which the feature `distance` is zero: about that between neighbours with a border, capital to capital."""

TAU, SIGMA = 0.75, 0.75
GRID = np.array([0.05, 0.2, 0.4, 0.6, 0.9, 1.3, 1.8])
"""Values of τ and of σ that are summed over; 1.8 lies beyond 98% of either prior."""
INTERCEPT: dict[Outcome, tuple[float, float]] = {"honoured": (0.0, 1.5), "broken": (float(np.log(0.1)), 1.5)}
SUCCESS = {"yes": 1.0, "partly": 0.5, "no": 0.0}


@dataclass(frozen=True)
class AnalogueData:
    """Rows that speak to one outcome, as numbers.

    design : ndarray[row, column], intercept, forms and features; family : ndarray[row] int
    success : ndarray[row], 0, ½ or 1 (honoured) or 0 and 1 (broken); years : ndarray[row], exposure (ones for honoured)
    """

    outcome: Outcome
    design: np.ndarray
    family: np.ndarray
    success: np.ndarray
    years: np.ndarray
    ids: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the design's columns."""
        return ("intercept", *FORMS, *EFFECTS[self.outcome])


@dataclass(frozen=True)
class AnalogueFit:
    """The posterior, logit: at each grid point of (τ, σ) a weight, a mean and the Cholesky factor of a covariance.

    weight : ndarray[point]; mean : ndarray[point, effect]; factor : ndarray[point, effect, effect]. `data.columns`
    names the leading effects; those of families follow them.
    """

    data: AnalogueData
    weight: np.ndarray
    mean: np.ndarray
    factor: np.ndarray

    def draws(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draws of intercept and effects : ndarray[draw, column], in the order of `data.columns`."""
        width = len(self.data.columns)
        slices = (rng.permutation(count) + rng.random(count)) / count
        point = np.minimum(np.searchsorted(np.cumsum(self.weight), slices), len(self.weight) - 1)
        noise = rng.standard_normal((count, self.mean.shape[1]))
        found: np.ndarray = self.mean[point, :width] + np.einsum(
            "dij,dj->di", self.factor[point, :width], noise
        )
        return found


def honour_data(analogues: Sequence[Analogue]) -> AnalogueData:
    """Analogues whose guarantee was called on, for the outcome `honoured`."""
    rows = [row for row in analogues if row.honoured in SUCCESS]
    features = [_features("honoured", row.form, _facts(row)) for row in rows]
    success = np.array([SUCCESS[row.honoured] for row in rows])
    return _data("honoured", rows, features, success, np.ones(len(rows)))


def hold_data(analogues: Sequence[Analogue]) -> AnalogueData:
    """Analogues observed for some time, for the outcome `broken`; incidents that left the line are not breaks."""
    rows = [row for row in analogues if row.years_observed > 0]
    features = [_features("broken", row.form, _facts(row)) for row in rows]
    success = np.array([float(row.violated == "yes") for row in rows])
    return _data("broken", rows, features, success, np.array([row.years_observed for row in rows]))


def fit_effects(data: AnalogueData) -> AnalogueFit:
    """The posterior of intercept, forms, features and families. With no rows it is the prior.

    Raises FitError where the mode is not found, which a proper prior should not allow.
    """
    families = int(data.family.max()) + 1 if len(data.family) else 0
    whole = np.hstack([data.design, np.eye(families)[data.family]])
    width = data.design.shape[1]
    prior_mean = np.zeros(whole.shape[1])
    prior_mean[0] = INTERCEPT[data.outcome][0]
    seen = Regression(whole, data.success, data.years, timed=data.outcome == "broken")
    what = f"analogues, {data.outcome}"
    log_weight, means, factors = [], [], []
    start = prior_mean
    for tau in GRID:
        for sigma in GRID:
            scale = np.concatenate(
                [[INTERCEPT[data.outcome][1]], np.full(width - 1, tau), np.full(families, sigma)]
            )
            mode, precision, height = mode_of(seen, prior_mean, scale, start, what)
            start = mode
            chol = np.linalg.cholesky(precision)
            log_weight.append(
                height
                - np.log(np.diag(chol)).sum()
                + scipy.stats.halfnorm.logpdf(tau, scale=TAU)
                + scipy.stats.halfnorm.logpdf(sigma, scale=SIGMA)
            )
            means.append(mode)
            factors.append(np.linalg.inv(chol).T)
    # Grid points stand for stretches of unequal width.
    step = np.log(np.outer(np.gradient(GRID), np.gradient(GRID))).ravel()
    score = np.array(log_weight) + step
    weight = np.exp(score - score.max())
    return AnalogueFit(data, weight / weight.sum(), np.array(means), np.array(factors))


def effect_summary(
    fit: AnalogueFit, rng: np.random.Generator, draws: int = 4000
) -> dict[str, tuple[float, ...]]:
    """Effect → (q05, q50, q95, chance above zero), on the log scale; forms are against a treaty."""
    drawn = dict(zip(fit.data.columns, fit.draws(draws, rng).T, strict=True))
    shown = {
        f"{form}_against_treaty": drawn[form] - drawn["treaty"] for form in FORMS if form != "treaty"
    } | {name: drawn[name] for name in EFFECTS[fit.data.outcome]}
    return {
        name: (*np.quantile(values, [0.05, 0.5, 0.95]).tolist(), float(np.mean(values > 0)))
        for name, values in shown.items()
    }


def rows_behind(data: AnalogueData) -> dict[str, tuple[int, float]]:
    """Effect → (rows that have the feature, share of them with the outcome); distance: rows that have one."""
    found = {}
    for i, name in enumerate(data.columns[1:], start=1):
        own = data.design[:, i] != 0
        label = f"{name}_against_treaty" if name in FORMS[1:] else name
        if name != "treaty":
            found[label] = (int(own.sum()), float(data.success[own].mean()) if own.any() else np.nan)
    return found


def shift_of(guarantee: Guarantee, effects: np.ndarray) -> np.ndarray:
    """How the analogues move the record's rate for this guarantee's features : ndarray[draw], logit.

    effects : ndarray[draw, column] of the honour fit. The level comes from the promises that wars called on
    (truce/honouring.py), which are treaties of alliance, read as between near states without troops: the shift is zero
    for such a promise, and the analogues' own intercept and families cancel. Cession belongs to the terms and not to
    the guarantee: credibility_paths adds it.
    """
    row = _features("honoured", guarantee.form, _promise(guarantee))
    reference = _features("honoured", "treaty", {})
    shift: np.ndarray = effects @ (row - reference)
    return shift


def parts_of(guarantee: Guarantee, effects: np.ndarray) -> dict[str, np.ndarray]:
    """The same shift, split by feature (form, troops, distance) : name → ndarray[draw], logit."""
    difference = _features("honoured", guarantee.form, _promise(guarantee)) - _features(
        "honoured", "treaty", {}
    )
    moved = effects * difference
    count = 1 + len(FORMS)
    parts = {"form": moved[:, 1:count].sum(axis=1)}
    return parts | {name: moved[:, count + i] for i, name in enumerate(EFFECTS["honoured"])}


def _promise(guarantee: Guarantee) -> dict[str, float]:
    distance = np.log10((guarantee.distance_km or NEAR_KM) / NEAR_KM)
    return {
        "troops": guarantee.troops,
        "distance": float(distance),
    }


def _facts(row: Analogue) -> dict[str, float]:
    return {
        "troops": row.troops,
        "defences_ceded": row.defences_ceded,
        "dmz": row.dmz,
        "distance": float(np.log10((row.distance_km or NEAR_KM) / NEAR_KM)),
        "organisation": row.guarantor_kind == "organisation",
        "guaranteed": row.guarantor_kind != "none",
    }


def _features(outcome: Outcome, form: str, facts: dict[str, float]) -> np.ndarray:
    forms = [float(form == name) for name in FORMS]
    return np.array([1.0, *forms, *(float(facts.get(name, 0.0)) for name in EFFECTS[outcome])])


def _data(
    outcome: Outcome, rows: list[Analogue], features: list[np.ndarray], success: np.ndarray, years: np.ndarray
) -> AnalogueData:
    width = 1 + len(FORMS) + len(EFFECTS[outcome])
    names = sorted({row.family for row in rows})
    return AnalogueData(
        outcome,
        np.array(features).reshape(len(rows), width),
        np.array([names.index(row.family) for row in rows], dtype=int),
        success,
        years,
        tuple(row.id for row in rows),
    )
