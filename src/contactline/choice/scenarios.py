"""Boxes of beliefs in which one course is better, in plain words: the patient rule induction method.

Friedman & Fisher (1999), Stat. Comput. 9:123, as used for scenario discovery by Bryant & Lempert (2010), Technol.
Forecast. Soc. Change 77:34: a box is peeled slice by slice towards cases in which the course is better, then
widened where that costs nothing; limits that a binomial test does not bear out are dropped. How dense a box is in
fresh cases is measured by leaving folds out, since a search over many beliefs finds dense boxes in noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import scipy

from contactline.choice.smooth import clear, p_values
from contactline.core.errors import InputError

PEEL = 0.05
"""Share of a box's cases that one step peels off."""
LEAST = 0.1
"""A box holds at least this share of all cases."""
COVERAGE = 0.5
"""Share of the interesting cases that a box should hold, if one can."""
LIMITS = 3
"""Beliefs that a box may limit: more cannot be said in a sentence, nor borne out by a few hundred cases."""
MOST = 8
"""Beliefs, strongest first, that the search looks at."""
FOLDS = 5
DOUBT = 0.05
"""Largest quasi p-value of a limit that stays."""


@dataclass(frozen=True)
class Box:
    """A box of beliefs.

    limits : belief → (low, high), infinite where open; quasi_p : belief → largest quasi p-value of its limits
    density : share of the cases inside in which the course is better
    fresh, fresh_cases : the same in cases left out of the search, and how many those are
    coverage : share of all cases in which it is better that lie inside; mass : share of all cases inside
    base : share of all cases in which it is better
    """

    limits: Mapping[str, tuple[float, float]]
    density: float
    fresh: float
    coverage: float
    mass: float
    base: float
    fresh_cases: int = 0
    quasi_p: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the box is a finding: limits that stay, and denser in cases left out by a standard error."""
        if not self.limits or not self.fresh_cases:
            return False
        return self.fresh > self.base + float(np.sqrt(self.base * (1 - self.base) / self.fresh_cases))


def find_box(beliefs: Mapping[str, np.ndarray], better: np.ndarray, rng: np.random.Generator) -> Box:
    """The box of beliefs : name → ndarray[set] in which `better` : ndarray[set] bool holds most.

    Raises InputError for fewer than 50 sets, columns of other lengths, or values that are not finite.
    """
    better = np.asarray(better, dtype=bool)
    names, x = _matrix(beliefs, better)
    base = float(better.mean())
    limits = _search(x, better) if 0 < better.sum() < len(better) else {}
    limits, p = _borne_out(x, better, limits)
    if not limits:
        return Box({}, base, base, 1.0, 1.0, base)
    inside = _inside(x, limits)
    named = {names[i]: limit for i, limit in limits.items()}
    fresh, fresh_cases = _fresh(x, better, rng)
    return Box(
        named,
        density=float(better[inside].mean()),
        fresh=fresh,
        coverage=float(better[inside].sum() / better.sum()),
        mass=float(inside.mean()),
        base=base,
        fresh_cases=fresh_cases,
        quasi_p={names[i]: value for i, value in p.items()},
    )


def _matrix(beliefs: Mapping[str, np.ndarray], better: np.ndarray) -> tuple[list[str], np.ndarray]:
    if len(better) < 50:
        raise InputError(f"boxes of beliefs: got {len(better)} sets; allowed are 50 or more.")
    names = [name for name in beliefs if np.ptp(beliefs[name]) > 0]
    for name in names:
        if np.shape(beliefs[name]) != better.shape:
            raise InputError(
                f"boxes of beliefs: belief {name!r} has another number of sets than the outcome."
            )
        if not np.all(np.isfinite(beliefs[name])):
            raise InputError(f"boxes of beliefs: belief {name!r} holds values that are not finite.")
    return names, np.column_stack([beliefs[name] for name in names]) if names else np.empty((len(better), 0))


Limits = dict[int, tuple[float, float]]


def _search(x: np.ndarray, better: np.ndarray) -> Limits:
    """Peel to the end, take the densest box that still covers enough, then paste.

    Only beliefs that stand out on their own may be limited: among dozens of others a slice of noise is always
    dense.
    """
    limits: Limits = {}
    path = [limits]
    chances = p_values(x, better.astype(float))
    out = clear(chances)
    stands = [int(i) for i in np.argsort(chances, kind="stable") if out[i]][:MOST]
    while True:
        following = _peeled(x, better, path[-1], stands)
        if following is None:
            break
        path.append(following)
    return _pasted(x, better, max(path, key=lambda found: _worth(x, better, found)))


def _worth(x: np.ndarray, better: np.ndarray, limits: Limits) -> float:
    """Density where coverage suffices; less, by as much as it falls short, where it does not.

    The lower end of the density's 80% range stands for it, so that a small box must be the denser.
    """
    inside = _inside(x, limits)
    count, hits = int(inside.sum()), int(better[inside].sum())
    density = float(scipy.stats.beta.ppf(0.1, hits + 0.5, count - hits + 0.5)) if count else 0.0
    coverage = hits / better.sum()
    found: float = density * min(coverage / COVERAGE, 1.0)
    return found


def _peeled(x: np.ndarray, better: np.ndarray, limits: Limits, stands: list[int]) -> Limits | None:
    """The box less the slice whose removal raises the density most; None when it would be too small."""
    inside = _inside(x, limits)
    count = int(inside.sum())
    best: tuple[float, Limits] | None = None
    free = stands if len(limits) < LIMITS else list(limits)
    for i in free:
        column = x[inside, i]
        low, high = limits.get(i, (-np.inf, np.inf))
        for limit in ((np.quantile(column, PEEL), high), (low, np.quantile(column, 1 - PEEL))):
            kept = (column >= limit[0]) & (column <= limit[1])
            if kept.sum() == count or kept.sum() < LEAST * len(x):
                continue
            density = float(better[inside][kept].mean())
            if best is None or density > best[0]:
                best = (density, {**limits, i: (float(limit[0]), float(limit[1]))})
    return best[1] if best else None


def _pasted(x: np.ndarray, better: np.ndarray, limits: Limits) -> Limits:
    """The box widened slice by slice while that does not lower its worth."""
    while True:
        now = _worth(x, better, limits)
        options = [wider for i in limits for wider in _wider(x, limits, i)]
        found = max(options, key=lambda wide: _worth(x, better, wide), default=None)
        if found is None or _worth(x, better, found) < now or found == limits:
            return limits
        limits = found


def _wider(x: np.ndarray, limits: Limits, i: int) -> list[Limits]:
    """The box with one limit of belief `i` moved out by a slice of its own size."""
    low, high = limits[i]
    others = _inside(x, {j: limit for j, limit in limits.items() if j != i})
    column = np.sort(x[others, i])
    step = max(int(PEEL * np.sum((column >= low) & (column <= high))), 1)
    found: list[Limits] = []
    below, above = column[column < low], column[column > high]
    if len(below):
        found.append({**limits, i: (float(below[-step]) if len(below) > step else -np.inf, high)})
    if len(above):
        found.append({**limits, i: (low, float(above[step - 1]) if len(above) > step else np.inf)})
    return [{j: limit for j, limit in wide.items() if np.isfinite(limit).any()} for wide in found]


def _borne_out(x: np.ndarray, better: np.ndarray, limits: Limits) -> tuple[Limits, dict[int, float]]:
    """Limits whose quasi p-value is small: the chance of the box's density if that limit did not matter.

    Bryant & Lempert (2010): binomial with the density of the box without the limit; each end is a limit of its own.
    """
    while limits:
        inside = _inside(x, limits)
        count, hits = int(inside.sum()), int(better[inside].sum())
        p: dict[tuple[int, int], float] = {}
        for i, ends in limits.items():
            for side in (0, 1):
                if np.isfinite(ends[side]):
                    wider = _inside(x, _opened(limits, i, side))
                    p[i, side] = float(scipy.stats.binom.sf(hits - 1, count, better[wider].mean()))
        worst = max(p, key=lambda key: p[key])
        if p[worst] <= DOUBT:
            return limits, {i: max(v for (j, _), v in p.items() if j == i) for i in limits}
        limits = _opened(limits, *worst)
    return {}, {}


def _opened(limits: Limits, i: int, side: int) -> Limits:
    """The box with one end of belief `i` open; without the belief where nothing is left of its limits."""
    low, high = limits[i]
    ends = (-np.inf, high) if side == 0 else (low, np.inf)
    wide = {**limits, i: ends}
    return {j: limit for j, limit in wide.items() if np.isfinite(limit).any()}


def _fresh(x: np.ndarray, better: np.ndarray, rng: np.random.Generator) -> tuple[float, int]:
    """Density of the box in cases that the search did not see, and how many those are, over folds."""
    fold = rng.permutation(np.arange(len(better)) % FOLDS)
    hits = count = 0
    for k in range(FOLDS):
        seen, unseen = fold != k, fold == k
        if not 0 < better[seen].sum() < seen.sum():
            continue
        limits, _ = _borne_out(x[seen], better[seen], _search(x[seen], better[seen]))
        inside = _inside(x[unseen], limits)
        hits, count = hits + int(better[unseen][inside].sum()), count + int(inside.sum())
    return (hits / count if count else float(better.mean())), count


def _inside(x: np.ndarray, limits: Limits) -> np.ndarray:
    inside = np.ones(len(x), dtype=bool)
    for i, (low, high) in limits.items():
        inside &= (x[:, i] >= low) & (x[:, i] <= high)
    return inside
