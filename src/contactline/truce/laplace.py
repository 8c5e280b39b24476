"""Mode and curvature of a small regression with independent normal priors: the step that a Laplace approximation needs.

    kept or not, of n:            logit p_i     = x_i′b,  y_i ~ Binomial(n_i, p_i)
    events in a time observed:    log hazard_i  = x_i′b,  y_i ~ Poisson(hazard_i·n_i)
    b_k ~ N(mean_k, scale_k²)

Damped Newton steps (Tierney & Kadane 1986 for the approximation). Deterministic; well under a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.errors import FitError

NEWTON_STEPS = 60


@dataclass(frozen=True)
class Regression:
    """What was observed: design ndarray[row, column]; success, exposure ndarray[row] (trials, or years if `timed`)."""

    design: np.ndarray
    success: np.ndarray
    exposure: np.ndarray
    timed: bool = False


def mode_of(
    seen: Regression, prior_mean: np.ndarray, scale: np.ndarray, start: np.ndarray, what: str
) -> tuple[np.ndarray, np.ndarray, float]:
    """Mode ndarray[column], precision there ndarray[column, column], and log posterior density.

    The density holds its constants in scale. prior_mean, scale : ndarray[column]; start : where the search begins;
    what : names the model in the FitError that is raised where no mode is found, which a proper prior should not allow.
    """
    at = start
    value, gradient, curvature = _posterior(seen, prior_mean, scale, at)
    for _ in range(NEWTON_STEPS):
        step = np.linalg.solve(curvature, gradient)
        if float(gradient @ step) < 1e-12:  # the Newton decrement: twice what is left to climb
            return at, curvature, value
        tried = _posterior(seen, prior_mean, scale, at + step)
        while tried[0] < value - 1e-9:
            step = step / 2
            tried = _posterior(seen, prior_mean, scale, at + step)
        at = at + step
        value, gradient, curvature = tried
    raise FitError(f"{what}: no mode after {NEWTON_STEPS} steps.")


def _posterior(
    seen: Regression, prior_mean: np.ndarray, scale: np.ndarray, at: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log density, its gradient, and minus its Hessian."""
    eta = seen.design @ at
    if seen.timed:
        expected = seen.exposure * np.exp(np.minimum(eta, 30.0))
        fit = float((seen.success * eta - expected).sum())
        bend = expected
    else:
        p = 1.0 / (1.0 + np.exp(-eta))
        expected = seen.exposure * p
        fit = float((seen.success * eta - seen.exposure * np.logaddexp(0.0, eta)).sum())
        bend = expected * (1.0 - p)
    away = (at - prior_mean) / scale
    value = fit - 0.5 * float((away**2).sum()) - float(np.log(scale).sum())
    gradient = seen.design.T @ (seen.success - expected) - away / scale
    curvature = (seen.design.T * bend) @ seen.design + np.diag(1.0 / scale**2)
    return value, gradient, curvature
