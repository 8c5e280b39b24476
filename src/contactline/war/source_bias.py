"""How far the attacker's claimed losses are from the true ones: every published series as a biased voice.

    log(reading / claim of the same day) = log B + [killed: log k] + u_root + e
    u_root ~ N(0, τ),   e ~ N(0, √(σ² + s²)),   s = log(high/low) / (2 · 1.645) where a range is published

B is true killed and wounded per person claimed, k the killed among them, cumulated since the war began. Series that
share a root share one u: they are one voice. A root's killed and wounded share u, so a root that gives both says
something about k by itself.

Priors (*assumptions* of the developers, weakly informative): log B ~ N(0, 0.5), log k ~ N(log 0.25, 0.4) (90% from one
killed in 2.1 to one in 7.7 hit), τ ~ half-normal(0.25), σ ~ LogN(log 0.08, 0.5). All roots may err together (the
missing, the lightly wounded, one shared press): nothing published can show that, so log B and log k each carry a
further N(0, `SHARED_SD`). Given (τ, σ) the posterior is normal in closed form, and (τ, σ) run over a fine grid, so it
is exact up to the grid: Gelman et al. (2013), Bayesian Data Analysis, section 5.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import scipy
from scipy.special import ndtr

from contactline.case.schema import Case

SHARED_SD = 0.1
"""What all roots may have in common and no reading can show, in the logarithm. Assumption of ours."""
WINDOW_DAYS = 730
"""Older readings are shown and not used: the claim's own bias, and who dies of what is hit, have moved since."""
LEAST_ROOTS = 3
"""Fewer voices cannot tell their common level from their own biases."""
PRIOR_MEAN = np.array([0.0, np.log(0.25)])
PRIOR_SD = np.array([0.5, 0.4])
TAU = np.linspace(0.005, 1.0, 80)
SIGMA = np.exp(np.linspace(np.log(0.01), np.log(0.5), 40))
NEGLIGIBLE = 1e-6
"""Weight below which a node of the grid is left out of a quantile."""
MOST_KILLED = 0.95
"""A share of killed cannot reach one; the log scale does not know that."""
RELAY = "relays the claim itself"
RANGE_SD = 2 * 1.645
"""A published range is read as a 90% interval: an assumption, publishers do not say."""

BIAS = "losses.attacker_true_per_claimed"
KILLED_SHARE = "losses.attacker_killed_share"


@dataclass(frozen=True)
class Marginal:
    """A posterior on the log scale: a mixture of normals over the grid's nodes; weight, mean, sd : ndarray[node]
    each."""

    weight: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    ceiling: float = np.inf

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value (not its logarithm) at probability `p`, cut at `ceiling`; p = 0 and 1 give far ends, not infinity."""
        heavy = self.weight > NEGLIGIBLE
        low, high = (self.mean - 6 * self.sd)[heavy].min(), (self.mean + 6 * self.sd)[heavy].max()
        z = np.linspace(low, high, 2001)
        cdf = np.zeros(len(z))
        for weight, mean, sd in zip(self.weight[heavy], self.mean[heavy], self.sd[heavy], strict=True):
            cdf += weight * ndtr((z - mean) / sd)
        return np.asarray(np.minimum(np.exp(np.interp(p, cdf / cdf[-1], z)), self.ceiling))


@dataclass(frozen=True)
class SourceBias:
    """What all readings together say, and how they were read.

    bias, killed_share, killed : posterior of B, of k, and of B·k (true killed per person claimed), which heeds that B
        and k are correlated; tau, sigma : posterior means; correlation : of log B and log k
    roots, roots_killed : voices on killed and wounded, and on killed
    readings : one row a reading: root, series, kind, date, reading, claim (persons, both cumulated), ratio, used,
        why (not used), residual (log, from the level all roots agree on), root_bias (log, posterior mean of u)
    notes : where the posterior leans on an edge of the grid
    """

    bias: Marginal
    killed_share: Marginal
    killed: Marginal
    tau: float
    sigma: float
    correlation: float
    roots: int
    roots_killed: int
    readings: pd.DataFrame
    notes: tuple[str, ...]


def measured_beliefs(losses: pd.DataFrame, case: Case) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Quantile functions that replace the case's beliefs on the attacker's losses: belief name → function of p,
    ndarray[draw].

    From table 'losses'. Empty where the case says `evidence.loss_bias: belief`. A belief is replaced only if at
    least `LEAST_ROOTS` independent roots speak to it; the defender's losses never are (two or three voices, and the
    ratio between the sides rests on one government). The two functions are marginal: B and k are negatively
    correlated, so drawing them apart makes the spread of the dead a little too wide.
    """
    if case.evidence.loss_bias == "belief":
        return {}
    fit = fit_source_bias(
        bias_readings(losses, case.evidence.attacker_loss_series, case.challenger.id, case.as_of)
    )
    if fit is None:
        return {}
    found: dict[str, Callable[[np.ndarray], np.ndarray]] = {}
    if fit.roots >= LEAST_ROOTS:
        found[BIAS] = fit.bias.quantile
        if fit.roots_killed >= LEAST_ROOTS:
            found[KILLED_SHARE] = fit.killed_share.quantile
    return found


def bias_readings(losses: pd.DataFrame, ruler: str, side: str, as_of: date) -> pd.DataFrame:
    """Every reading of one side's losses beside the claim of the same day, and whether it is used.

    losses : table 'losses'; ruler : the series whose claims are the measure (its count between published days is
    interpolated). Its root speaks once: the claim itself; a series that relays it says nothing new. Columns as in
    SourceBias.readings, without residual and root_bias, and `error` (log, from a published range; 0 without one).
    """
    own = losses[losses["side"] == side].sort_values(["date", "series"])
    claims = own[(own["series"] == ruler) & (own["kind"] == "killed_wounded")].drop_duplicates(
        "date", keep="last"
    )
    table = own[~own.index.isin(claims.index[:-1])].copy()
    days = claims["date"].to_numpy().astype("datetime64[D]").astype(float)
    at = table["date"].to_numpy().astype("datetime64[D]").astype(float)
    ready = len(claims) > 0
    table["claim"] = (
        np.interp(at, days, claims["cumulative"], left=np.nan, right=np.nan)
        if ready
        else np.full(len(table), np.nan)
    )
    table = table.rename(columns={"cumulative": "reading"})
    table["ratio"] = table["reading"] / table["claim"].where(table["claim"] > 0)
    wide = np.log((table["high"] / table["low"].where(table["low"] > 0)).to_numpy(float)) / RANGE_SD
    table["error"] = np.where(np.isfinite(wide), wide, 0.0)
    roots = set(claims["root"])
    first = pd.Timestamp(as_of) - pd.Timedelta(days=WINDOW_DAYS)
    table["why"] = ""
    for chosen, why in (
        (table["kind"] == "killed_missing", "killed and missing are neither of the two counts"),
        (~(table["ratio"] > 0), "no claim stands on that day, or the reading is zero"),
        (table["root"].isin(roots) & (table["series"] != ruler), RELAY),
        (table["date"] < first, "older than two years: the claim's bias has moved since"),
        (table["date"] > pd.Timestamp(as_of), "later than the as-of date"),
    ):
        table.loc[chosen & (table["why"] == ""), "why"] = why
    table["used"] = table["why"] == ""
    columns = ["root", "series", "kind", "date", "reading", "claim", "ratio", "error", "used", "why"]
    return table.sort_values(["root", "kind", "date"])[columns].reset_index(drop=True)


def fit_source_bias(readings: pd.DataFrame, shared_sd: float = SHARED_SD) -> SourceBias | None:
    """Posterior of B and k from the used rows of `bias_readings`; None if no reading is used. Deterministic.

    shared_sd : of the error that all roots share, log.
    """
    used = readings[readings["used"]]
    if used.empty:
        return None
    y = np.log(used["ratio"].to_numpy(float))
    killed = (used["kind"] == "killed").to_numpy(float)
    root = pd.factorize(used["root"], sort=True)[0]
    tau, sigma = (axis.ravel() for axis in np.meshgrid(TAU, SIGMA, indexing="ij"))
    weight, mean, covariance, parts = _posterior(y, killed, used["error"].to_numpy(float), root, tau, sigma)

    centre = weight @ mean
    spread = np.einsum(
        "n,nij->ij", weight, covariance + (mean - centre)[:, :, None] * (mean - centre)[:, None, :]
    )
    sd = np.sqrt(np.stack([covariance[:, 0, 0], covariance[:, 1, 1]]) + shared_sd**2)
    table = readings.copy()
    residual = y - centre[0] - killed * centre[1]
    biases = _root_bias(y, killed, root, parts, mean, tau, weight)
    table["residual"] = np.nan
    table["root_bias"] = np.nan
    table.loc[used.index, "residual"] = residual
    table.loc[used.index, "root_bias"] = biases[root]
    return SourceBias(
        bias=Marginal(weight, mean[:, 0], sd[0]),
        killed_share=Marginal(weight, mean[:, 1], sd[1], MOST_KILLED),
        killed=Marginal(weight, mean.sum(axis=1), np.sqrt(covariance.sum(axis=(1, 2)) + 2 * shared_sd**2)),
        tau=float(weight @ tau),
        sigma=float(weight @ sigma),
        correlation=float(spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1])),
        roots=int(used.loc[used["kind"] == "killed_wounded", "root"].nunique()),
        roots_killed=int(used.loc[used["kind"] == "killed", "root"].nunique()),
        readings=table,
        notes=_edges(weight, tau, sigma),
    )


def sources_beside_truth(fit: SourceBias) -> pd.DataFrame:
    """Each series beside the losses that all roots agree on, killed and wounded apart from killed alone.

    One row a series and kind with a reading within `WINDOW_DAYS`, relays of the claim included. Columns: root, series,
    kind, readings, last (day of the newest), used (whether it informs the estimate), claim_ratio (geometric mean of
    reading over claim), truth_q10, truth_q50, truth_q90 (the same over the estimated true losses, its 80% range).
    """
    table = fit.readings
    table = table[table["used"] | (table["why"] == RELAY)]
    rows = []
    for (root, series, kind), own in table.groupby(["root", "series", "kind"]):
        if kind not in ("killed", "killed_wounded"):
            continue
        recent = own[own["date"] >= own["date"].max() - pd.Timedelta(days=WINDOW_DAYS)]
        ratio = float(np.exp(np.log(recent["ratio"].to_numpy(float)).mean()))
        truth = (fit.bias if kind == "killed_wounded" else fit.killed).quantile(np.array([0.9, 0.5, 0.1]))
        rows.append(
            {
                "root": root,
                "series": series,
                "kind": kind,
                "readings": len(recent),
                "last": recent["date"].max(),
                "used": bool(recent["used"].any()),
                "claim_ratio": ratio,
            }
            | dict(zip(("truth_q10", "truth_q50", "truth_q90"), ratio / truth, strict=True))
        )
    return pd.DataFrame(rows).sort_values(["kind", "root", "series"]).reset_index(drop=True)


def _posterior(
    y: np.ndarray, killed: np.ndarray, error: np.ndarray, root: np.ndarray, tau: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weight [node], mean [node, 2] and covariance [node, 2, 2] of (log B, log k), and precisions [node, reading].

    u_root is integrated out (Sherman–Morrison): a root's readings have covariance diag(v) + τ².
    """
    design = np.stack([np.ones_like(y), killed])
    precision = 1.0 / (sigma[:, None] ** 2 + error**2)
    prior = np.diag(PRIOR_SD**-2.0)
    a = np.broadcast_to(prior, (len(tau), 2, 2)).copy()
    b = np.broadcast_to(prior @ PRIOR_MEAN, (len(tau), 2)).copy()
    square = np.zeros(len(tau))
    log_det = -np.log(precision).sum(axis=1)
    for r in range(root.max() + 1):
        w = precision * (root == r)
        total = w.sum(axis=1)
        shrink = tau**2 / (1.0 + tau**2 * total)
        wx, wy = w @ design.T, w @ y
        a += (
            np.einsum("ni,ai,bi->nab", w, design, design)
            - shrink[:, None, None] * wx[:, :, None] * wx[:, None, :]
        )
        b += np.einsum("ni,ai,i->na", w, design, y) - (shrink * wy)[:, None] * wx
        square += w @ y**2 - shrink * wy**2
        log_det += np.log1p(tau**2 * total)
    covariance = np.linalg.inv(a)
    mean = np.einsum("nab,nb->na", covariance, b)
    log_weight = -0.5 * (log_det + square - np.einsum("na,na->n", b, mean) + np.linalg.slogdet(a)[1])
    # The nodes of σ are even in its logarithm, those of τ even as they are, so densities need no spacing.
    log_weight += scipy.stats.halfnorm.logpdf(tau, scale=0.25) + scipy.stats.norm.logpdf(
        np.log(sigma), np.log(0.08), 0.5
    )
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum(), mean, covariance, precision


def _root_bias(
    y: np.ndarray, killed: np.ndarray, root: np.ndarray, precision: np.ndarray, mean: np.ndarray,
    tau: np.ndarray, weight: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Posterior mean of u for each root : ndarray[root], log."""
    residual = y - mean[:, :1] - mean[:, 1:] * killed
    found = np.empty(root.max() + 1)
    for r in range(len(found)):
        w = precision * (root == r)
        found[r] = weight @ (tau**2 * (w * residual).sum(axis=1) / (1.0 + tau**2 * w.sum(axis=1)))
    return found


def _edges(weight: np.ndarray, tau: np.ndarray, sigma: np.ndarray) -> tuple[str, ...]:
    """A sentence for each scale whose posterior leans on the upper edge of its grid (more than 1% beside it)."""
    edges: Mapping[str, tuple[np.ndarray, float]] = {
        "between roots (τ)": (tau, 0.95 * TAU[-1]),
        "within a root (σ)": (sigma, 0.95 * SIGMA[-1]),
    }
    return tuple(
        f"source bias: the spread {name} leans on the edge of its prior, {edge:.2f}; the readings disagree more than "
        "the model allows for."
        for name, (values, edge) in edges.items()
        if weight[values > edge].sum() > 0.01
    )
