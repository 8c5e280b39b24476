"""Proper scores and calibration measures of forecasts given as draws.

A score is proper when a forecaster does best, on average, by saying what it believes (Gneiting and Raftery
2007). Draws lie on the first axis; every other axis is a separate forecast.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from contactline.core.errors import InputError


def crps_ensemble(draws: np.ndarray, observed: np.ndarray | float, *, fair: bool = True) -> np.ndarray:
    """Continuous ranked probability score: mean |X − y| − ½ mean |X − X′|; lower is better, unit of the data.

    draws : ndarray[draw, ...], any unit; observed : ndarray[...], the same unit; returns ndarray[...].
    `fair=True` divides the second mean by m(m−1), which makes the score of m draws unbiased for the
    distribution they come from (Ferro 2014); `fair=False` takes the draws as the whole distribution (m²).
    One sort, O(m log m). Raises InputError.
    """
    draws, observed = _checked(draws, observed, least=2 if fair else 1)
    return _crps_sorted(np.sort(draws, axis=0), observed, fair)


def log_score_ensemble(draws: np.ndarray, observed: np.ndarray | float) -> np.ndarray:
    """Minus the log of the forecast density at the observation; lower is better, nats.

    The density is a Gaussian mixture with one kernel a draw and Silverman's bandwidth
    0.9·min(sd, IQR/1.349)·m^(−1/5) (sd alone where the IQR is 0). Where all draws are equal there is no
    density: the score is inf, or −inf if the observation is that very value.
    draws : ndarray[draw, ...]; observed : ndarray[...]; returns ndarray[...]. Raises InputError.
    """
    draws, observed = _checked(draws, observed, least=2)
    return _log_score_mixture(draws, observed, _silverman(draws))


def pit_ensemble(draws: np.ndarray, observed: np.ndarray | float, rng: np.random.Generator) -> np.ndarray:
    """Probability integral transform: the share of the forecast below what happened, in (0, 1).

    Randomised within the observation's rank, so that a calibrated ensemble of any size, ties included,
    gives exactly uniform values (Czado, Gneiting and Held 2009).
    draws : ndarray[draw, ...]; observed : ndarray[...]; returns ndarray[...]. Raises InputError.
    """
    draws, observed = _checked(draws, observed, least=1)
    below = (draws < observed).sum(axis=0)
    tied = (draws == observed).sum(axis=0)
    return np.asarray((below + rng.random(observed.shape) * (tied + 1)) / (len(draws) + 1))


def inside_central(draws: np.ndarray, observed: np.ndarray | float, level: float) -> np.ndarray:
    """True where the observation lies in the central interval that holds share `level` of the draws.

    draws : ndarray[draw, ...]; observed : ndarray[...]; returns ndarray[...] of bool. Raises InputError.
    """
    draws, observed = _checked(draws, observed, least=2)
    if not 0 < level < 1:
        raise InputError(f"level: got {level!r}; allowed is a share between 0 and 1, such as 0.8.")
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.asarray((low <= observed) & (observed <= high))


def brier_score(probability: np.ndarray, happened: np.ndarray) -> float:
    """Mean squared difference between probability and event; 0 is perfect, 0.25 is always saying one half.

    probability : ndarray[event], 0–1; happened : ndarray[event], 0 or 1. Raises InputError (Brier 1950).
    """
    probability, happened = _checked_events(probability, happened)
    return float(np.mean((probability - happened) ** 2))


def brier_skill(probability: np.ndarray, reference: np.ndarray, happened: np.ndarray) -> float:
    """1 − Brier score over that of a reference forecast: above 0 is better than the reference, 1 is perfect.

    All three ndarray[event], 0–1. Raises InputError, also where the reference is perfect.
    """
    standard = brier_score(reference, happened)
    if standard == 0:
        raise InputError("reference: its Brier score is 0, so skill against it is not defined. Use another.")
    return 1 - brier_score(probability, happened) / standard


def auc(score: np.ndarray, happened: np.ndarray) -> float:
    """Chance that a random event was given a higher score than a random non-event (ties count one half).

    score : ndarray[event], any unit; happened : ndarray[event], 0 or 1. Rank-sum form (Hanley and McNeil
    1982). Raises InputError where all or none happened.
    """
    score, happened = np.asarray(score, float), np.asarray(happened, float)
    _check_happened(score, happened)
    positive = happened == 1
    count = int(positive.sum())
    if count in (0, len(happened)):
        raise InputError(
            f"happened: {count} of {len(happened)} events happened; AUC needs some of both kinds."
        )
    _, group, size = np.unique(score, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(size) - (size - 1) / 2
    rank_sum = middle_rank[group][positive].sum()
    return float((rank_sum - count * (count + 1) / 2) / (count * (len(happened) - count)))


def _crps_sorted(draws: np.ndarray, observed: np.ndarray, fair: bool) -> np.ndarray:
    """CRPS from draws sorted along axis 0, by Σᵢ (2i − m − 1) x₍ᵢ₎ = ½ Σᵢⱼ |xᵢ − xⱼ|."""
    size = len(draws)
    weight = 2.0 * np.arange(1, size + 1) - size - 1
    spread = np.tensordot(weight, draws, axes=1) / (size * (size - 1) if fair else size**2)
    return np.asarray(np.abs(draws - observed).mean(axis=0) - spread)


def _silverman(draws: np.ndarray) -> np.ndarray:
    """Silverman's (1986, eq. 3.31) bandwidth along axis 0; 0 where all draws are equal."""
    deviation = draws.std(axis=0, ddof=1)
    low, high = np.quantile(draws, [0.25, 0.75], axis=0)
    quartiles = (high - low) / 1.349
    spread = np.where(quartiles > 0, np.minimum(deviation, quartiles), deviation)
    # Equal draws can leave a rounding remainder in the standard deviation: that is no spread.
    spread = np.where(np.ptp(draws, axis=0) == 0, 0.0, spread)
    return np.asarray(0.9 * spread * len(draws) ** -0.2)


def _log_score_mixture(draws: np.ndarray, observed: np.ndarray, width: np.ndarray) -> np.ndarray:
    """−log density of the Gaussian mixture with kernels of sd `width` at the draws."""
    flat = width == 0
    safe = np.where(flat, 1.0, width)
    exponent = -0.5 * ((observed - draws) / safe) ** 2
    density = logsumexp(exponent, axis=0) - np.log(len(draws) * safe * np.sqrt(2 * np.pi))
    return np.asarray(np.where(flat, np.where(draws[0] == observed, -np.inf, np.inf), -density))


def _checked(draws: np.ndarray, observed: np.ndarray | float, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Both as float arrays; raises InputError on a wrong shape, too few draws or values not finite."""
    draws, observed = np.asarray(draws, float), np.asarray(observed, float)
    if draws.ndim == 0 or draws.shape[1:] != observed.shape:
        raise InputError(
            f"draws have shape {draws.shape}, observations {observed.shape}; allowed is draws[draw, ...] "
            "over the shape of the observations."
        )
    if len(draws) < least:
        raise InputError(f"draws: got {len(draws)}; at least {least} are needed.")
    for name, values in (("draws", draws), ("observed", observed)):
        if not np.isfinite(values).all():
            raise InputError(
                f"{name}: {int((~np.isfinite(values)).sum())} values are not finite; none may be."
            )
    return draws, observed


def _checked_events(probability: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as float arrays; raises InputError unless probabilities lie in [0, 1] and events are 0 or 1."""
    probability, happened = np.asarray(probability, float), np.asarray(happened, float)
    _check_happened(probability, happened)
    wrong = ~((probability >= 0) & (probability <= 1))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"probability: entry {row} is {probability[row]!r}; allowed is 0 to 1.")
    return probability, happened


def _check_happened(score: np.ndarray, happened: np.ndarray) -> None:
    if score.ndim != 1 or score.shape != happened.shape or not len(score):
        raise InputError(
            f"forecasts have shape {score.shape}, events {happened.shape}; allowed are two lists of one "
            "length."
        )
    if not np.isfinite(score).all():
        raise InputError(f"forecasts: entry {int(np.flatnonzero(~np.isfinite(score))[0])} is not finite.")
    wrong = (happened != 0) & (happened != 1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"happened: entry {row} is {happened[row]!r}; allowed is 0 or 1.")
