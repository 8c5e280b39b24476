"""From net to gross: how much is retaken beside what is taken, so that a simulated front gives ground both ways.

    L_t ~ NegBin(mean λ(W_t), size κ),   λ = exp(a)·(W/W̄)^b,   W − L = |net|

W is what the side with the week's net gain takes, L what it loses, in cells. Fitted to the weeks of the control
history, in which the challenger always was the one to gain (*assumption*: the law is the same the other way round).
Priors, *assumption* of the developers: a N(0, 2), b N(.5, .5), κ LogN(0, 1). Laplace approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from contactline.core.errors import FitError, InputError

PATIENCE_WEEKS = 4
"""Weeks for which a net loss may be a correction of the map. In the control history no week shows a net loss, yet
forecasts of what a map will read swing below zero by reading error; so a loss first waits to be made good by later
gains, and is fought as recapture when this many weeks have not (*assumption* of the developers)."""

LEAST_WEEKS = 20
FIXED_POINT_STEPS = 12
PRIOR_MEAN, PRIOR_SD = np.array([0.0, 0.5, 0.0]), np.array([2.0, 0.5, 1.0])


@dataclass(frozen=True)
class TurnoverFit:
    """Normal posterior of (a, b, log κ) and what it was measured on.

    mean : ndarray[3]; cov : ndarray[3, 3]; typical : W̄, cells a week; cell_km2 : mean area of a cell, km²
    share : cells retaken as a share of cells taken, over the whole record
    """

    mean: np.ndarray
    cov: np.ndarray
    typical: float
    cell_km2: float
    share: float

    def gross(self, net: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """What is captured and recaptured along net paths : two ndarray[draw, week], km², both ≥ 0.

        net : ndarray[draw, week], km²; capture − recapture equals `settled(net)`, so the paths' totals are kept.
        Raises InputError where net is not finite.
        """
        net = np.asarray(net, float)
        if net.ndim != 2 or not np.isfinite(net).all():
            raise InputError(f"net: got shape {net.shape}; allowed are finite km² of shape [draw, week].")
        due = settled(net)
        value = self.mean + rng.standard_normal((len(net), 3)) @ np.linalg.cholesky(self.cov).T
        level, slope, size = np.exp(value[:, :1]), value[:, 1:2], np.exp(value[:, 2:])
        luck = rng.gamma(np.broadcast_to(size, net.shape), 1.0 / size)
        ahead = np.abs(due) / self.cell_km2
        lost = np.zeros_like(ahead)
        for _ in range(FIXED_POINT_STEPS):
            # More than is taken beside the net gain cannot be lost again for long: the law is cut at one for one.
            lost = np.minimum(
                level * ((ahead + lost) / self.typical) ** np.maximum(slope, 0) * luck, ahead + 1.0
            )
        lost = self.cell_km2 * rng.poisson(lost)
        winner = np.abs(due) + lost
        return np.where(due >= 0, winner, lost), np.where(due >= 0, lost, winner)


def fit_turnover(taken: np.ndarray, lost: np.ndarray, cell_km2: float) -> TurnoverFit:
    """Fit the law to weekly cells taken and lost by the challenger : ndarray[week] int each. Raises FitError."""
    if len(taken) < LEAST_WEEKS or taken.sum() == 0:
        raise FitError(
            f"changes: {len(taken)} weeks with {int(taken.sum())} captures; {LEAST_WEEKS} weeks with some are "
            "needed to see how much is retaken. Give a longer control history."
        )
    typical = float(taken.mean())
    pace = np.log((taken + 0.5) / typical)

    def cost(value: np.ndarray) -> float:
        size = np.exp(value[2])
        mean = np.exp(np.clip(value[0] + value[1] * pace, -20, 20))
        fit = (
            scipy.special.gammaln(lost + size) - scipy.special.gammaln(size) - scipy.special.gammaln(lost + 1)
            + size * np.log(size / (size + mean)) + lost * np.log(mean / (size + mean))
        )  # fmt: skip
        return float(-fit.sum() + 0.5 * np.sum(((value - PRIOR_MEAN) / PRIOR_SD) ** 2))

    found = scipy.optimize.minimize(
        cost, PRIOR_MEAN, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}
    )
    if not found.success:
        raise FitError(f"recaptures: the fit did not settle ({found.message}). Check table 'changes'.")
    step, size = 1e-3, 3
    eye = step * np.eye(size)
    hessian = np.array(
        [
            [
                (
                    cost(found.x + i + j)
                    - cost(found.x + i - j)
                    - cost(found.x - i + j)
                    + cost(found.x - i - j)
                )
                / (4 * step**2)
                for j in eye
            ]
            for i in eye
        ]
    )
    return TurnoverFit(found.x, np.linalg.inv(hessian), typical, cell_km2, float(lost.sum() / taken.sum()))


def settled(net: np.ndarray, patience: int = PATIENCE_WEEKS) -> np.ndarray:
    """Net change as it is fought out : ndarray[draw, week], km².

    A negative balance is carried for up to `patience` weeks against the gains that follow; what is still open then,
    or at the last week, is fought. The sum over all weeks is that of `net`.
    """
    fought = np.zeros_like(net, dtype=float)
    balance = np.zeros(len(net))
    waited = np.zeros(len(net), int)
    for week in range(net.shape[1]):
        balance = balance + net[:, week]
        waited = np.where(balance < 0, waited + 1, 0)
        now = (balance >= 0) | (waited > patience) | (week == net.shape[1] - 1)
        fought[now, week] = balance[now]
        balance[now], waited[now] = 0.0, 0
    return fought
