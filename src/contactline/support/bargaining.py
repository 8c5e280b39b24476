"""Spatial bargaining in the published tradition: what settles an issue, given where actors stand, care and weigh.

- *weighted median* (Black 1948, J. Political Economy 56:23): the position that beats every other in votes
- *weighted mean*, the compromise model (Van den Bos 1991; Achen 2006, which predicted EU decisions best)
- *challenge model* (Bueno de Mesquita 1994, in Scholz, Calbert & Smith's reading): actors give way round by round
- *SMP* of KTAB as reference: actors bargain in pairs, the winner is a lottery

The first two say where weight lies, not whether anyone agrees; the others move actors. All are run over draws of
position, salience and leverage from named streams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from contactline.case.positions import Issue, Position, Stake
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.support.challenge_model import AUTHORS_CODE, EQUATIONS, TextReading, challenge_rounds
from contactline.support.smp import run_smp

ROUNDS = 10
SMP_DRAWS = 30
"""The SMP takes some 10 ms a draw, the others microseconds; thirty show its middle and its spread."""

TOLERANCE = 10.0
"""Points of an issue's scale within which two positions count as agreed (assumption: twice the usual give)."""

STILL = ("median", "mean")
"""Models that weigh positions and move nobody."""

SMP_UNIT = 0.99
"""KTAB asks for saliences that leave some attention elsewhere."""

MODELS: Mapping[str, str] = {
    "median": "weighted median",
    "mean": "weighted mean (compromise model)",
    "challenge": "challenge model, equations as printed",
    "challenge_code": "challenge model, as its authors ran it",
    "smp": "SMP of KTAB",
}


@dataclass(frozen=True)
class Table:
    """Who is at the table on an issue, in draws.

    actors : ids; position : ndarray[draw, actor], 0 to 100; salience : ndarray[draw, actor], 0 to 1;
    leverage : ndarray[draw, actor], one unit for all; draw 0 is the central reading
    """

    issue: str
    actors: tuple[str, ...]
    position: np.ndarray
    salience: np.ndarray
    leverage: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        """Leverage × salience : ndarray[draw, actor]."""
        found: np.ndarray = self.leverage * self.salience
        return found


@dataclass(frozen=True)
class Settled:
    """outcome : ndarray[draw], where the issue settles, points of 0 to 100; final : ndarray[draw, actor], where
    actors end."""

    outcome: np.ndarray
    final: np.ndarray


def issue_named(case: Case, name: str) -> Issue:
    """An issue of the case by id. Raises UnknownNameError."""
    known = {issue.id: issue for issue in case.issues}
    if name not in known:
        raise UnknownNameError("issue", name, known)
    return known[name]


def latest(case: Case, issue: str, day: date | None = None) -> dict[str, Position]:
    """Each actor's last numbered position on `issue` up to `day` (default: the as-of date), by actor id."""
    until = day or case.as_of
    rows = [p for p in case.positions if p.issue == issue and p.position is not None and p.day <= until]
    return {p.actor: p for p in sorted(rows, key=lambda p: p.day)}


def stake_of(case: Case, actor: str, issue: str) -> Stake:
    """What the actor has at stake: the entry that names the issue before the one for all. Raises UnknownNameError."""
    own = [stake for stake in case.stakes if stake.actor == actor]
    named = [stake for stake in own if issue in stake.issues]
    general = [stake for stake in own if not stake.issues]
    if not (named or general):
        raise UnknownNameError("stake of actor", actor, {stake.actor for stake in case.stakes})
    return (named or general)[0]


def table_of(case: Case, issue: str, draws: int, streams: Streams, day: date | None = None) -> Table:
    """Draw position, salience and leverage of everyone with a number on the issue; draw 0 is central.

    Each actor has streams of its own, so another actor at the table moves nobody's draws.
    """
    found = latest(case, issue_named(case, issue).id, day)
    actors = tuple(sorted(found))
    columns = [_draw(case, found[actor], draws, streams) for actor in actors]
    position, salience, leverage = (np.column_stack(part) for part in zip(*columns, strict=True))
    return Table(issue, actors, position, salience, leverage)


def settle(table: Table, model: str, fixed: Sequence[str] = (), rounds: int = ROUNDS) -> Settled:
    """Where the issue settles in each draw under one of MODELS; `fixed` actors do not move in any of the `rounds` (a
    number).

    Raises UnknownNameError for another model. The SMP uses the first SMP_DRAWS draws.
    """
    if model not in MODELS:
        raise UnknownNameError("bargaining model", model, MODELS)
    stay = np.array([actor in fixed for actor in table.actors])
    if model == "median":
        return Settled(weighted_median(table.position, table.weight), table.position)
    if model == "mean":
        return Settled(weighted_mean(table.position, table.weight), table.position)
    if len(table.actors) < 2:
        return Settled(table.position[:, 0], table.position)
    if model == "smp":
        return _smp(table, stay, rounds)
    reading: TextReading = AUTHORS_CODE if model == "challenge_code" else EQUATIONS
    path = challenge_rounds(table.position, table.weight, table.salience, rounds, reading, stay)
    final = path.positions[-1]
    return Settled(weighted_median(final, table.weight), final)


def weighted_median(position: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The lower weighted median over the last axis of ndarray[..., actor], points: it beats every other position in
    weighted votes (Black 1948)."""
    position, weight = np.broadcast_arrays(position, weight)
    order = np.argsort(position, axis=-1, kind="stable")
    sorted_x = np.take_along_axis(position, order, axis=-1)
    running = np.take_along_axis(weight, order, axis=-1).cumsum(axis=-1)
    half = running[..., -1:] / 2
    at = (running >= half * (1 - 1e-12)).argmax(axis=-1)
    return np.take_along_axis(sorted_x, at[..., None], axis=-1)[..., 0]


def weighted_mean(position: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Σ w x / Σ w over the last axis of ndarray[..., actor], points: the compromise model, and the Nash solution for
    costs that grow with the square of distance."""
    found: np.ndarray = (position * weight).sum(axis=-1) / weight.sum(axis=-1)
    return found


def bargaining_table(
    case: Case, draws: int, streams: Streams, models: Sequence[str] = tuple(MODELS)
) -> pd.DataFrame:
    """What each model says on each issue: outcome with its 80% range, drift from today's median, the gap between the
    sides before and after, and the chance that they agree; with everyone free to move and with the challenger fixed.

    One row an issue, model and variant (`free`, `challenger_fixed`). Gap and chance are missing where one of the
    sides has no number on the issue, or where the model moves nobody.
    """
    rows = []
    for issue in (issue.id for issue in case.issues if issue.scaled):
        if len(latest(case, issue)) < 2:
            continue
        table = table_of(case, issue, draws, streams)
        today = float(weighted_median(table.position[0], table.weight[0]))
        for model in models:
            rows.append(_row(case, table, model, "free", settle(table, model), today))
            if model not in STILL and case.challenger.id in table.actors:
                stays = settle(table, model, fixed=(case.challenger.id,))
                rows.append(_row(case, table, model, "challenger_fixed", stays, today))
    return pd.DataFrame(rows)


def _row(
    case: Case, table: Table, model: str, variant: str, settled: Settled, today: float
) -> dict[str, object]:
    low, middle, high = np.quantile(settled.outcome, [0.1, 0.5, 0.9])
    sides = (case.challenger.id, case.defender.id)
    row: dict[str, object] = {
        "issue": table.issue, "name": issue_named(case, table.issue).name, "model": model, "variant": variant,
        "actors": len(table.actors), "outcome_q10": low, "outcome_q50": middle, "outcome_q90": high,
        "central": float(settled.outcome[0]), "drift": middle - today,
        "gap_now": np.nan, "gap_after": np.nan, "p_agree": np.nan,
    }  # fmt: skip
    if all(side in table.actors for side in sides):
        at = [table.actors.index(side) for side in sides]
        row["gap_now"] = float(abs(table.position[0, at[0]] - table.position[0, at[1]]))
        if model not in STILL:
            gap = np.abs(settled.final[:, at[0]] - settled.final[:, at[1]])
            row |= {"gap_after": float(np.median(gap)), "p_agree": float((gap <= TOLERANCE).mean())}
    return row


def _draw(case: Case, position: Position, draws: int, streams: Streams) -> tuple[np.ndarray, ...]:
    """Position, salience and leverage of one actor : ndarray[draw] each, uniform over their ranges, draw 0 central."""
    stake = stake_of(case, position.actor, position.issue)
    rng = streams.rng(f"support.positions.{position.issue}.{position.actor}")
    u = rng.random((3, draws))
    u[:, 0] = 0.5
    stated = float(position.position or 0.0)
    where = np.clip(stated + position.give * (2 * u[0] - 1), 0, 100)
    (s_low, s_high), (l_low, l_high) = stake.salience, stake.leverage
    return where, s_low + (s_high - s_low) * u[1], l_low + (l_high - l_low) * u[2]


def _smp(table: Table, stay: np.ndarray, turns: int) -> Settled:
    """The SMP on the first draws: the outcome is the mean of the final positions under its lottery."""
    outcome, final = [], []
    for draw in range(min(len(table.position), SMP_DRAWS)):
        salience = np.minimum(table.salience[draw], SMP_UNIT)[:, None]
        run = run_smp(table.position[draw][:, None] / 100, salience, table.leverage[draw], turns, stay)
        outcome.append(float(run.expected()[0]) * 100)
        final.append(run.positions[-1][:, 0] * 100)
    return Settled(np.array(outcome), np.array(final))
