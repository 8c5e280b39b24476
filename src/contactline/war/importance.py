"""Posterior draws by adaptive multiple importance sampling: no chain, no tuning, the same bytes every time.

Round one draws from the prior; each later round from a mixture of the prior and a Student-t fitted to what the
earlier rounds found. All draws are then weighted against the mixture of every proposal used (Cornuet, Marin,
Mira & Robert 2012, Scandinavian Journal of Statistics 39:798). The effective sample size says if it worked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

PROPOSAL_NU = 5.0
PRIOR_SHARE = 0.2
"""Share of each later round still drawn from the prior, so that no region is ever lost."""


@dataclass(frozen=True)
class Parameter:
    """One parameter on its working scale (log, or as it is), with a normal or uniform prior on that scale."""

    name: str
    prior: scipy.stats.distributions.rv_frozen
    log: bool = False
    low: float = -np.inf
    high: float = np.inf

    def natural(self, working: np.ndarray) -> np.ndarray:
        """From working to natural scale : ndarray[draw] each."""
        return np.exp(working) if self.log else working


@dataclass(frozen=True)
class Posterior:
    """Weighted draws.

    working : ndarray[draw, parameter], working scale; weight : ndarray[draw], sums to one; log_likelihood :
    ndarray[draw]
    """

    parameters: tuple[Parameter, ...]
    working: np.ndarray
    weight: np.ndarray
    log_likelihood: np.ndarray

    def natural(self, name: str) -> np.ndarray:
        """Draws of one parameter on its natural scale: ndarray[draw]."""
        index = [parameter.name for parameter in self.parameters].index(name)
        return self.parameters[index].natural(self.working[:, index])

    @property
    def effective(self) -> float:
        """Effective sample size, 1 / Σ w²."""
        return float(1.0 / np.sum(self.weight**2))

    def quantile(self, name: str, p: Sequence[float]) -> np.ndarray:
        """Weighted quantiles of a parameter on its natural scale."""
        values = self.natural(name)
        order = np.argsort(values)
        heights = np.cumsum(self.weight[order])
        found: np.ndarray = np.interp(p, heights, values[order])
        return found

    def at_edge(self) -> list[str]:
        """Parameters whose posterior mean lies beyond the prior's central 98%: the prior is then doing the work."""
        names = []
        for index, parameter in enumerate(self.parameters):
            mean = float(np.sum(self.weight * self.working[:, index]))
            if not 0.01 <= float(parameter.prior.cdf(mean)) <= 0.99:
                names.append(parameter.name)
        return names


def sample_posterior(
    parameters: Sequence[Parameter],
    log_likelihood: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    draws: int = 800,
    rounds: int = 3,
) -> Posterior:
    """Weighted posterior draws.

    log_likelihood : working values ndarray[draw, parameter] → ndarray[draw]
    draws : number in each round; rounds : number of rounds in all. Deterministic given `rng`.
    """
    working = np.column_stack(
        [p.prior.ppf((rng.permutation(draws) + rng.random(draws)) / draws) for p in parameters]
    )
    found = log_likelihood(working)
    fitted: list[tuple[np.ndarray, np.ndarray]] = []
    weight = _weights(parameters, working, found, fitted, draws)
    for _ in range(rounds - 1):
        mean = weight @ working
        centred = working - mean
        spread = (weight[:, None] * centred).T @ centred
        # The covariance of few heavy draws is too thin: widen it, and never below a tenth of the prior's.
        spread = 1.5 * spread + np.diag([0.01 * float(p.prior.var()) for p in parameters])
        fitted.append((mean, spread))
        fresh = _propose(parameters, mean, spread, draws, rng)
        working = np.vstack([working, fresh])
        found = np.concatenate([found, log_likelihood(fresh)])
        weight = _weights(parameters, working, found, fitted, draws)
    return Posterior(tuple(parameters), working, weight, found)


def _propose(
    parameters: Sequence[Parameter],
    mean: np.ndarray,
    spread: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws from PRIOR_SHARE of the prior and the rest of the fitted Student-t, kept within the parameters' bounds."""
    low = np.array([p.low for p in parameters])
    high = np.array([p.high for p in parameters])
    from_prior = round(PRIOR_SHARE * draws)
    first = np.column_stack([p.prior.ppf(rng.random(from_prior)) for p in parameters])
    rest = np.empty((0, len(parameters)))
    while len(rest) < draws - from_prior:
        more = scipy.stats.multivariate_t(mean, spread, df=PROPOSAL_NU).rvs(2 * draws, random_state=rng)
        more = more.reshape(-1, len(parameters))
        rest = np.vstack([rest, more[np.all((more > low) & (more < high), axis=1)]])
    return np.vstack([first, rest[: draws - from_prior]])


def _weights(
    parameters: Sequence[Parameter],
    working: np.ndarray,
    log_likelihood: np.ndarray,
    fitted: list[tuple[np.ndarray, np.ndarray]],
    draws: int,
) -> np.ndarray:
    """Deterministic-mixture weights over all rounds, summing to one: ndarray[draw]."""
    log_prior = np.sum([p.prior.logpdf(working[:, index]) for index, p in enumerate(parameters)], axis=0)
    parts = [log_prior]
    for mean, spread in fitted:
        student = scipy.stats.multivariate_t(mean, spread, df=PROPOSAL_NU).logpdf(working)
        parts.append(np.logaddexp(np.log(PRIOR_SHARE) + log_prior, np.log1p(-PRIOR_SHARE) + student))
    log_proposal = np.logaddexp.reduce(np.array(parts), axis=0) - np.log(len(parts))
    log_weight = log_prior + log_likelihood - log_proposal
    log_weight -= log_weight.max()
    weight = np.exp(log_weight)
    found: np.ndarray = weight / weight.sum()
    return found
