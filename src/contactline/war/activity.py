"""How active each sector is: weekly counts of captured cells under a shared tempo, each sector going its own way.

    n_st ~ NegBin(mean μ_st, size κ),   log μ_st = τ_t + m_s + a_st + log E_st
    τ_t = τ_{t−1} + step·ε,   m_s ~ N(0, 1.5²),   a_st = φ·a_{s,t−1} + σ√(1−φ²)·ε,   φ = 2^(−1/half-life)
    y_t ~ ρ·g_t + √((c·g_t)² + b²)·t₃,   g_t = km²·(Σ_s μ_st − recaptured cells)

E is what the capture rule alone makes of the sector (`capture.sector_pulls`), so m + a is the log weight that a
simulator adds. The counts are the headline map's own reading of the tempo (its area series is the same polygons and
is not counted twice); y is the weekly net of every other map. Priors, *assumption* of the developers: half-life
LogN(ln 8, .8) weeks, σ LogN(ln .8, .4), step LogN(ln .2, .5), κ LogN(ln 5, 1); ρ LogN(0, .15), c and b as in `tempo`.
Inference: Laplace over the weekly states inside importance draws of the parameters about their mode (Rue,
Martino & Chopin 2009).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from contactline.core.errors import FitError
from contactline.war.importance import Parameter, Posterior
from contactline.war.tempo import pick

DRAWS = 100
PROPOSAL_NU = 6.0
CURVATURE_STEP = 0.1
MEAN_SD = 1.5
MEAN_DRIFT = 0.01
"""A sector's mean may creep by this much a week (sd): it keeps the weekly blocks of the precision regular."""
READING_NU = 3.0
LEAST_PULL = 1.0
"""Floor of E: about one quiet exposed cell with two held neighbours; a sector without any exposed cell gets it."""
NEWTON_STEPS = 100
LEAST_STEP = 1e-5


@dataclass(frozen=True)
class ActivityData:
    """What the model is fitted to, oldest week first.

    captured : ndarray[week, sector] int, cells; pull : ndarray[week, sector], E; recaptured : ndarray[week] int, cells
    others : ndarray[week, map], weekly net km² of maps other than the one counted, NaN where there is none
    maps : names of those maps; cell_km2 : mean area of a cell, km²
    """

    captured: np.ndarray
    pull: np.ndarray
    recaptured: np.ndarray
    others: np.ndarray
    maps: tuple[str, ...]
    cell_km2: float


@dataclass(frozen=True)
class ActivityFit:
    """Fitted sector activity: weighted parameter draws and, for each, the state at the record's end.

    end_mean : ndarray[draw, state], end_root : ndarray[draw, state, state], Cholesky root of its precision;
    states are τ, m of each sector, a of each sector. path : ndarray[week, sector], posterior mean of m + a
    """

    posterior: Posterior
    end_mean: np.ndarray
    end_root: np.ndarray
    sectors: int
    path: np.ndarray

    def log_weights(self, weeks: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Log weight of each sector in the weeks to come : ndarray[draw, week, sector].

        m + a, moved on week by week, plus the week's own log-gamma shock that makes counts negative-binomial.
        """
        chosen = pick(self.posterior.weight, draws, rng)
        state = self._end(chosen, rng)
        mean, own = state[:, 1 : 1 + self.sectors], state[:, 1 + self.sectors :]
        phi, sd = (value[chosen, None] for value in own_course(self.posterior))
        size = self.posterior.natural("size")[chosen, None]
        weights = np.empty((draws, weeks, self.sectors))
        for week in range(weeks):
            own = phi * own + sd * np.sqrt(1 - phi**2) * rng.standard_normal(own.shape)
            shock = np.log(np.maximum(rng.gamma(size, 1.0 / size, own.shape), 1e-12))
            weights[:, week] = mean + own + shock
        return weights

    def _end(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draws of the last week's state : ndarray[draw, state]."""
        noise = rng.standard_normal((len(chosen), self.end_mean.shape[1]))
        away = np.linalg.solve(np.swapaxes(self.end_root[chosen], 1, 2), noise[:, :, None])[:, :, 0]
        found: np.ndarray = self.end_mean[chosen] + away
        return found


def activity_priors(maps: tuple[str, ...]) -> list[Parameter]:
    """All priors of the model, in order."""
    priors = [
        Parameter("half_life", scipy.stats.norm(np.log(8.0), 0.8), log=True),
        Parameter("sd", scipy.stats.norm(np.log(0.8), 0.4), log=True),
        Parameter("step", scipy.stats.norm(np.log(0.2), 0.5), log=True),
        Parameter("size", scipy.stats.norm(np.log(5.0), 1.0), log=True),
    ]
    for name in maps:
        priors += [
            Parameter(f"rho.{name}", scipy.stats.norm(0.0, 0.15), log=True),
            Parameter(f"c.{name}", scipy.stats.norm(np.log(0.4), 0.4), log=True),
            Parameter(f"b.{name}", scipy.stats.norm(np.log(12.0), 0.4), log=True),
        ]
    return priors


def fit_activity(data: ActivityData, rng: np.random.Generator, *, draws: int = DRAWS) -> ActivityFit:
    """Fit sector activity. Deterministic given `rng`; about three seconds for 74 weeks of 12 sectors.

    Raises FitError for a record in which no cell is captured, or where the weekly states do not settle.
    """
    if data.captured.sum() == 0:
        raise FitError("changes: no cell is captured in the weeks given, so sectors cannot be told apart.")
    priors = activity_priors(data.maps)
    warm = [first_state(data)]

    def evaluate(row: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        natural = {p.name: float(p.natural(row[k])) for k, p in enumerate(priors)}
        value, warm[0], root = laplace(data, natural, warm[0])
        return value, warm[0], root

    def cost(row: np.ndarray) -> float:
        return -evaluate(row)[0] - _log_prior(priors, row)

    mode = scipy.optimize.minimize(
        cost,
        [float(p.prior.mean()) for p in priors],
        method="BFGS",
        options={"eps": 0.02, "gtol": 0.1, "maxiter": 30},
    ).x
    spread = np.linalg.inv(_curvature(cost, mode))
    # A Student-t a little wider than the curvature says: draws in the tails must not carry huge weights.
    proposal = scipy.stats.multivariate_t(mode, 1.2 * spread, df=PROPOSAL_NU)
    working = np.atleast_2d(proposal.rvs(draws, random_state=rng))
    ends = [evaluate(row) for row in working]
    found = np.array([value for value, _, _ in ends])
    log_weight = (
        found + [_log_prior(priors, row) for row in working] - np.atleast_1d(proposal.logpdf(working))
    )
    weight = np.exp(log_weight - log_weight.max())
    posterior = Posterior(tuple(priors), working, weight / weight.sum(), found)
    sectors = data.captured.shape[1]
    states = np.array([state for _, state, _ in ends])
    path = np.einsum(
        "d,dws->ws", posterior.weight, states[:, :, 1 : 1 + sectors] + states[:, :, 1 + sectors :]
    )
    roots = np.array([root for _, _, root in ends])
    return ActivityFit(posterior, states[:, -1], roots, sectors, path)


def _log_prior(priors: list[Parameter], row: np.ndarray) -> float:
    return float(sum(p.prior.logpdf(value) for p, value in zip(priors, row, strict=True)))


def _curvature(cost: Callable[[np.ndarray], float], mode: np.ndarray) -> np.ndarray:
    """Hessian of `cost` at its minimum, made positive definite : ndarray[parameter, parameter]."""
    size = len(mode)
    steps = CURVATURE_STEP * np.eye(size)
    middle = cost(mode)
    up, down = (np.array([cost(mode + sign * step) for step in steps]) for sign in (1, -1))
    hessian = np.diag((up + down - 2 * middle) / CURVATURE_STEP**2)
    for i in range(size):
        for j in range(i):
            both = cost(mode + steps[i] + steps[j])
            hessian[i, j] = hessian[j, i] = (both - up[i] - up[j] + middle) / CURVATURE_STEP**2
    value, vector = np.linalg.eigh(hessian)
    # The priors alone curve by at least one over their largest variance (one): less is rounding.
    found: np.ndarray = vector * np.maximum(value, 0.5) @ vector.T
    return found


def own_course(posterior: Posterior) -> tuple[np.ndarray, np.ndarray]:
    """φ per week and stationary sd σ of a sector's own course : ndarray[draw] each."""
    return 2.0 ** (-1.0 / posterior.natural("half_life")), posterior.natural("sd")


def first_state(data: ActivityData) -> np.ndarray:
    """Where Newton starts: one level for all weeks, nothing else : ndarray[week, state]."""
    weeks, sectors = data.captured.shape
    state = np.zeros((weeks, 1 + 2 * sectors))
    state[:, 0] = np.log(data.captured.sum() / np.maximum(data.pull, LEAST_PULL).sum())
    return state


def laplace(
    data: ActivityData, natural: dict[str, float], start: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Laplace log marginal likelihood, mode ndarray[week, state], Cholesky root of the last week's precision."""
    weeks, states = start.shape
    prior, log_prior_det = prior_bands(data, natural, states)
    level = first_state(data)
    state = start.copy()
    value, gradient, blocks = readings(data, natural, state)
    value += _prior_term(prior, state - level)
    for _ in range(NEWTON_STEPS):
        bands = prior.copy()
        _add_blocks(bands, blocks)
        away = state - level
        slope = gradient - _times(prior, away.ravel()).reshape(away.shape)
        step = scipy.linalg.solveh_banded(bands, slope.ravel(), lower=True, check_finite=False).reshape(
            state.shape
        )
        size = 1.0
        while True:
            trial = state + size * step
            new, gradient_new, blocks_new = readings(data, natural, trial)
            new += _prior_term(prior, trial - level)
            if new >= value or size < LEAST_STEP:
                break
            size /= 2
        moved = new - value
        if moved < 0:
            # The direction goes uphill, so a hair's breadth that does not is rounding: this is the top.
            break
        state, value, gradient, blocks = trial, new, gradient_new, blocks_new
        if moved < 1e-6:
            break
    else:
        raise FitError(
            f"sector activity: {NEWTON_STEPS} Newton steps did not settle; the counts may hold a week out of all "
            "proportion. Check table 'changes' for redrawn maps."
        )
    bands = prior.copy()
    _add_blocks(bands, blocks)
    root = scipy.linalg.cholesky_banded(bands, lower=True, check_finite=False)
    log_det = 2 * np.log(root[0]).sum()
    last = np.zeros((states, states))
    for offset in range(states):
        places = np.arange(states - offset)
        last[places + offset, places] = root[offset, (weeks - 1) * states + places]
    return float(value + 0.5 * log_prior_det - 0.5 * log_det), state, last


def readings(
    data: ActivityData, natural: dict[str, float], state: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log likelihood of counts and maps, its gradient ndarray[week, state] and Fisher blocks [week, state, state]."""
    weeks, sectors = data.captured.shape
    size = natural["size"]
    eta = state[:, :1] + state[:, 1 : 1 + sectors] + state[:, 1 + sectors :]
    mean = np.maximum(data.pull, LEAST_PULL) * np.exp(np.clip(eta, -30, 30))
    n = data.captured
    value = np.sum(
        scipy.special.gammaln(n + size) - scipy.special.gammaln(size) - scipy.special.gammaln(n + 1)
        + size * np.log(size / (size + mean)) + n * np.log(mean / (size + mean))
    )  # fmt: skip
    slope = n - (n + size) * mean / (size + mean)
    curve = size * mean / (size + mean)
    outer = np.zeros((weeks, sectors, sectors))
    outer[:, np.arange(sectors), np.arange(sectors)] = curve
    g = data.cell_km2 * (mean.sum(axis=1) - data.recaptured)
    for k, name in enumerate(data.maps):
        y, rho = data.others[:, k], natural[f"rho.{name}"]
        known = np.isfinite(y)
        scale = np.sqrt((natural[f"c.{name}"] * g) ** 2 + natural[f"b.{name}"] ** 2)
        z = np.where(known, (y - rho * g) / scale, 0.0)
        value += float(np.sum((scipy.stats.t.logpdf(z, READING_NU) - np.log(scale))[known]))
        pull = (READING_NU + 1) * z / (READING_NU + z**2)
        scale_slope = natural[f"c.{name}"] ** 2 * g / scale
        on_g = (pull * rho / scale + (pull * z - 1) * scale_slope / scale) * known
        # Fisher information of a t reading: location and scale parts.
        inform = (
            ((READING_NU + 1) * rho**2 + 2 * READING_NU * scale_slope**2)
            / (READING_NU + 3)
            / scale**2
            * known
        )
        slope = slope + on_g[:, None] * data.cell_km2 * mean
        along = data.cell_km2 * mean
        outer += inform[:, None, None] * along[:, :, None] * along[:, None, :]
    spread = np.hstack([np.ones((sectors, 1)), np.eye(sectors), np.eye(sectors)])
    return float(value), slope @ spread, np.einsum("si,wst,tj->wij", spread, outer, spread, optimize=True)


def prior_bands(data: ActivityData, natural: dict[str, float], states: int) -> tuple[np.ndarray, float]:
    """Precision of the states in lower banded form [offset, row], and its log determinant."""
    weeks, sectors = data.captured.shape
    phi = 2.0 ** (-1.0 / natural["half_life"])
    keep = np.concatenate([[1.0], np.ones(sectors), np.full(sectors, phi)])
    start = np.concatenate([[2.0], np.full(sectors, MEAN_SD), np.full(sectors, natural["sd"])])
    move = np.concatenate(
        [
            [natural["step"]],
            np.full(sectors, MEAN_DRIFT),
            np.full(sectors, natural["sd"] * np.sqrt(1 - phi**2)),
        ]
    )
    diagonal = np.tile(keep**2 / move**2, (weeks, 1)) + 1 / move**2
    diagonal[0] = 1 / start**2 + keep**2 / move**2
    diagonal[-1] = 1 / move**2 if weeks > 1 else 1 / start**2
    bands = np.zeros((2 * states, weeks * states))
    bands[0] = diagonal.ravel()
    bands[states, : (weeks - 1) * states] = np.tile(-keep / move**2, weeks - 1)
    return bands, float(-2 * (np.log(start).sum() + (weeks - 1) * np.log(move).sum()))


def _add_blocks(bands: np.ndarray, blocks: np.ndarray) -> None:
    """Add a symmetric block of every week to a lower banded matrix, in place."""
    weeks, states, _ = blocks.shape
    for offset in range(states):
        places = np.arange(states - offset)
        columns = (np.arange(weeks)[:, None] * states + places).ravel()
        bands[offset, columns] += blocks[:, places + offset, places].ravel()


def _times(bands: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Product of the prior's precision (bands at 0 and one week apart alone) with a vector."""
    states = len(bands) // 2
    product: np.ndarray = bands[0] * vector
    side = bands[states, : len(vector) - states]
    product[states:] += side * vector[:-states]
    product[:-states] += side * vector[states:]
    return product


def _prior_term(bands: np.ndarray, away: np.ndarray) -> float:
    """−½ x'Qx."""
    flat = away.ravel()
    return float(-0.5 * flat @ _times(bands, flat))
