"""What it is worth to learn a belief before choosing, and to wait for the learning.

Expected value of perfect information on one belief by regression on the sets already drawn (Strong, Oakley &
Brennan 2014, Med. Decis. Making 34:311): what each course is worth given the belief, fitted in its rank, and the
gain from choosing by that instead of once for all. A fit follows noise a little, which makes learning look better
than it is; the same gain with the belief shuffled is what luck yields, and is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from contactline.case.labels import BeliefLabel
from contactline.choice.regret import checked
from contactline.choice.smooth import basis, clear, ranks
from contactline.core.errors import InputError

SHUFFLES = 300
SIGNALS = 32
"""Signals drawn for each belief set when what is learned is not all."""


@dataclass(frozen=True)
class Waiting:
    """What waiting for a belief to show is worth, as more of it shows.

    resolved : ndarray[step], share of the belief's variance that is known by the deadline
    gain : ndarray[step], units of value; cost : units of value that waiting costs
    needed : least share resolved that pays for it, NaN if none does
    """

    belief: str
    resolved: np.ndarray
    gain: np.ndarray
    cost: float
    needed: float


def value_of_information(
    values: np.ndarray,
    courses: Sequence[str],
    beliefs: Mapping[str, np.ndarray],
    labels: Mapping[str, BeliefLabel],
    rng: np.random.Generator,
    *,
    noise: float = 0.0,
    shuffles: int = SHUFFLES,
) -> pd.DataFrame:
    """One row a belief, most valuable first, and `everything` at the head: learning all beliefs at once.

    values : ndarray[set, course], expected units of value; beliefs : name → ndarray[set]
    noise : variance of a difference of courses that is chance within sets, taken off the scatter of `everything`
    value : units of value; share : of that of everything; by_luck : what a belief of no account yields (95% point)
    changes : share of sets in which knowing the belief changes the choice; stands_out : bool

    Raises InputError for values that courses cannot be compared on, or columns of other lengths.
    """
    values = checked(values, courses)
    if values.ndim != 2:
        raise InputError(f"value of information: got values {values.shape}; allowed is [set, course].")
    names = [name for name in beliefs if name in labels and np.ptp(beliefs[name]) > 0]
    for name in names:
        if np.shape(beliefs[name]) != (len(values),):
            raise InputError(
                f"value of information: belief {name!r} has another number of sets than the values."
            )
    everything = _perfect(shrunk(values, noise))
    chosen = int(values.mean(axis=0).argmax())
    # Many gains are exactly nought: a tolerance relative to the values, so that rounding decides nothing.
    close = 1e-9 * max(float(np.abs(values).max()), 1e-300)
    orders = np.array([rng.permutation(len(values)) for _ in range(shuffles)])
    rows, p_values = [], []
    for name in names:
        q = basis(beliefs[name])
        raw, fitted = _gain(q, values)
        luck = _gains_by_luck(q, values, orders)
        p_values.append((1.0 + np.sum(luck >= raw - close)) / (1.0 + shuffles))
        worth = max(raw - float(luck.mean()), 0.0)
        rows.append(
            {
                "belief": name,
                "label": labels[name].label,
                "value": worth,
                "share": min(worth / everything, 1.0) if everything > 0 else 0.0,
                "by_luck": float(np.quantile(luck, 0.95)) - float(luck.mean()),
                "changes": float(np.mean(fitted.argmax(axis=1) != chosen)),
                "watch": labels[name].watch,
            }
        )
    table = pd.DataFrame(rows, columns=["belief", "label", "value", "share", "by_luck", "changes", "watch"])
    table["stands_out"] = clear(np.array(p_values)) & (table["value"] > 0)
    # What luck alone would yield is no value: a belief that does not stand out is worth nothing that can be shown.
    table.loc[~table["stands_out"], ["value", "share", "changes"]] = 0.0
    table = table.sort_values(["value", "by_luck"], ascending=False, kind="stable")
    changes = float(np.mean(values.argmax(axis=1) != chosen))
    head = {"belief": "everything", "label": "all beliefs at once", "value": everything, "share": 1.0, "by_luck": 0.0,
            "changes": changes, "watch": "", "stands_out": everything > 0}  # fmt: skip
    return pd.concat([pd.DataFrame([head]), table], ignore_index=True)


def perfect_information(values: np.ndarray) -> float:
    """Expected value of knowing the set, utility: mean of the best less the best of the means; values :
    ndarray[set, course]."""
    return _perfect(np.asarray(values, dtype=float))


def shrunk(values: np.ndarray, noise: float) -> np.ndarray:
    """Values with the part of their scatter that is chance within sets taken off : ndarray[set, course].

    Set means of a finite number of futures scatter more than what someone with those beliefs would expect; each
    course's difference from the mean course is drawn in towards its mean accordingly.
    """
    middle = values.mean(axis=1, keepdims=True)
    gap = values - middle
    spread = (
        float(np.var(gap[:, 0] - gap[:, -1]))
        if values.shape[1] == 2
        else float(np.var(gap, axis=0).mean() * 2)
    )
    keep = np.sqrt(max(1.0 - noise / spread, 0.0)) if spread > 0 else 0.0
    found: np.ndarray = middle + gap.mean(axis=0) + keep * (gap - gap.mean(axis=0))
    return found


def value_of_waiting(
    values: np.ndarray,
    belief: np.ndarray,
    rng: np.random.Generator,
    *,
    name: str = "",
    cost: float = 0.0,
    resolved: np.ndarray | None = None,
) -> Waiting:
    """What it is worth to choose after a deadline by when part of a belief shows, against choosing now.

    values : ndarray[set, course]; belief : ndarray[set]; cost : what the wait itself costs, units of value
    resolved : shares of the belief's variance known by then, ascending from 0; by default 0 to 1 in tenths

    The signal is normal in the belief's normal score, with that share of its variance (as in an assay of that
    precision). Raises InputError for shares outside [0, 1] or a negative cost.
    """
    steps = np.linspace(0.0, 1.0, 11) if resolved is None else np.asarray(resolved, dtype=float)
    if np.any((steps < 0) | (steps > 1)) or cost < 0:
        raise InputError("value of waiting: shares resolved lie within 0 and 1, and the cost from 0 up.")
    q = basis(belief)
    fitted = q @ (q.T @ values)
    score = scipy.special.ndtri(ranks(belief))
    order = np.argsort(score)
    gain = np.array([_signal_gain(score[order], fitted[order], float(share), rng) for share in steps])
    paid = np.flatnonzero(gain >= cost)
    needed = float(steps[paid[0]]) if len(paid) else float("nan")
    return Waiting(name, steps, gain, cost, needed)


def _signal_gain(score: np.ndarray, fitted: np.ndarray, share: float, rng: np.random.Generator) -> float:
    """Gain from choosing by what a signal leaves to be expected of each course."""
    if share <= 0.0:
        return 0.0
    if share >= 1.0:
        return _perfect(fitted)
    # Given the signal s, the belief's score is normal around √share·s with what is not resolved as its variance.
    signal = scipy.special.ndtri((np.arange(400) + 0.5) / 400)
    left = np.sqrt(1.0 - share)
    around = rng.standard_normal((len(signal), SIGNALS // 2))
    around = np.concatenate([around, -around], axis=1)
    there = np.sqrt(share) * signal[:, None] + left * around
    expected = np.stack(
        [np.interp(there, score, fitted[:, c]).mean(axis=1) for c in range(fitted.shape[1])], axis=1
    )
    return _perfect(expected)


def _gain(q: np.ndarray, values: np.ndarray) -> tuple[float, np.ndarray]:
    fitted = q @ (q.T @ values)
    return _perfect(fitted), fitted


def _gains_by_luck(q: np.ndarray, values: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """_gain with the belief shuffled; orders : ndarray[shuffle, set]; returns ndarray[shuffle]."""
    shuffled = q[orders]
    fitted = shuffled @ (np.swapaxes(shuffled, 1, 2) @ values)
    found: np.ndarray = np.maximum(fitted.max(axis=2).mean(axis=1) - fitted.mean(axis=1).max(axis=1), 0.0)
    return found


def _perfect(values: np.ndarray) -> float:
    return max(float(values.max(axis=1).mean() - values.mean(axis=0).max()), 0.0)
