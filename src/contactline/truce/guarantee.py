"""Credibility of a guarantee: the chance that enough guarantors act if the truce is broken in a given week.

    logit base    = logit a drawn study gives for a war to come + what the analogues say of form, troops, distance
                    [and cession]
    logit q_m(t)  = logit base + restraint_m + discretion + λ·Σ_seats w·(shift + spread·z)·[after a change]
                    + theatre·[a crisis elsewhere runs at t] + market·[a downturn runs at t]
    q(t)          = Enough(q_1(t) … q_n(t)) · [not forfeited by t] · [within its years]
    Enough        = κ·(as one: the needed-th best of the q_m) + (1 − κ)·(each for itself)

A guarantee with a `credibility` of its own, or a reader who holds one, gives the chance at signature instead: q
without what time brings is then that number. m runs over the guarantors; λ is 1 for a pledge and
truce.treaty_turnover for a treaty (Leeds, Mattes & Vogel 2009 find treaties of democracies to outlast governments); κ
is truce.coalition_together. docs/guarantee.md has the sources.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, reduce

import numpy as np
from scipy.special import expit

from contactline.case.pledges import Analogue, Guarantee, PledgeRecord, PoliticalEvent
from contactline.case.schema import Case
from contactline.core.dates import DAYS_PER_WEEK, WEEKS_PER_YEAR
from contactline.core.streams import Streams
from contactline.truce.analogues import AnalogueFit, fit_effects, honour_data, shift_of
from contactline.truce.calendar import PledgeLuck, crisis_weeks, needed, stance_steps, survives
from contactline.truce.honouring import honour_record

BELIEFS = (
    "truce.restraint_shift",
    "truce.discretion_shift",
    "truce.term_shift",
    "truce.successor_spread",
    "truce.treaty_turnover",
    "truce.crisis_rate",
    "truce.crisis_shift",
    "truce.crisis_weeks",
    "truce.crisis_market_rate",
    "truce.crisis_market_shift",
    "truce.crisis_market_weeks",
    "truce.forfeit_rate",
    "truce.forfeit_reading",
    "truce.coalition_together",
)
"""What a credibility path reads beside its base."""

EDGE = 1e-6
"""Nearest to 0 and 1 that a chance is taken on the logit scale."""
BLOCK = 500
"""Draws whose paths are worked out at once: arrays of a few years by weeks then stay in the processor's cache."""
PARTS = ("restraint", "discretion", "calendar", "crises", "forfeiture")
"""The reasons that move a base over time, in the order in which the report adds them."""


def base_credibility(guarantee: Guarantee | None, draws: int, streams: Streams) -> np.ndarray:
    """Chance that one guarantor acts, before restraint and what time brings : ndarray[draw]; zero without a guarantee.

    Its own `credibility` where the case gives one, which is the chance at signature, all counted; else what a drawn
    study of promises gives, moved by the analogue model. Study and effects come from streams of their own: one draw
    holds one view of the past for every guarantee.
    """
    if guarantee is None or guarantee.form == "none":
        return np.zeros(draws)
    if guarantee.credibility is not None:
        rng = streams.rng(f"truce.credibility.{guarantee.id}")
        slices = (rng.permutation(draws) + rng.random(draws)) / draws
        stated: np.ndarray = np.clip(guarantee.credibility.quantile(slices), 0.0, 1.0)
        return stated
    _study, rate = study_draws(guarantee.record, draws, streams)
    found: np.ndarray = expit(rate + shift_of(guarantee, effect_draws(guarantee.record, draws, streams)))
    return found


def ceded_effect(case: Case, sets: int, streams: Streams) -> np.ndarray:
    """What the analogues say of terms that hand over prepared defences : ndarray[set], logit."""
    effects = effect_draws(PledgeRecord(analogues=case.analogues), sets, streams)
    found: np.ndarray = effects[:, honour_fit(case.analogues).data.columns.index("defences_ceded")]
    return found


def draw_pledge_luck(case: Case, sets: int, futures: int, streams: Streams) -> PledgeLuck:
    """Successors, forfeitures and the effect of cession for a number of belief sets of `futures` draws each, in one go.

    Streams truce.change and truce.stance (a key per event), truce.forfeit, truce.analogues. A run draws its own set by
    set (engine/luck.py).
    """
    draws, events = sets * futures, len(case.calendar) + 1
    return PledgeLuck(
        change=np.column_stack([streams.rng("truce.change", k).random(draws) for k in range(events)]),
        stance=np.column_stack(
            [streams.rng("truce.stance", k).standard_normal(draws) for k in range(events)]
        ),
        forfeit=streams.rng("truce.forfeit").exponential(size=draws),
        ceded=np.repeat(ceded_effect(case, sets, streams), futures),
    )


def described_base(guarantee: Guarantee) -> str:
    """The base of a guarantee without a number of its own, in words: where it comes from, median and central 90%."""
    if guarantee.form == "none":
        return "no guarantee: zero"
    low, middle, high = np.quantile(base_credibility(guarantee, 2000, Streams(0)), [0.05, 0.5, 0.95])
    return (
        f"from promises that wars called on, by {len(honour_record().studies)} studies, and "
        f"{len(guarantee.record.analogues)} analogues: median {middle:.2g}, 90% between {low:.2g} and {high:.2g}"
    )


def study_draws(record: PledgeRecord, draws: int, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
    """Which study of promises a draw believes, and the chance it gives : ndarray[draw] int, ndarray[draw] logit.

    The chance that a promise between two states to fight is kept in a war to come, in the era of the case
    (truce/honouring.py). Every guarantee counts as such a promise: discretion is a shift of its own, and what several
    guarantors do together is `Enough`.
    """
    rng = streams.rng("truce.study")
    return honour_record().drawn(active=True, post_1945=record.post_1945, count=draws, rng=rng)


def effect_draws(record: PledgeRecord, draws: int, streams: Streams) -> np.ndarray:
    """Draws of the analogues' effects on being honoured, logit : ndarray[draw, column of the fit]."""
    return honour_fit(record.analogues).draws(draws, streams.rng("truce.analogues"))


@lru_cache(maxsize=8)
def honour_fit(analogues: tuple[Analogue, ...]) -> AnalogueFit:
    """The honour model of these analogues; kept, because every guarantee of a case asks for it."""
    return fit_effects(honour_data(analogues))


@dataclass(frozen=True)
class Promise:
    """A guarantee under one settlement.

    base : ndarray[draw], chance that one guarantor acts, before restraint, discretion and cession; with `at_signature`
    the chance that enough of them act, all of these counted; ceded : whether the terms hand over prepared defences
    signed : week of signature, one for all or ndarray[draw]
    """

    guarantee: Guarantee | None
    base: np.ndarray
    as_of: date
    at_signature: bool = False
    ceded: bool = False
    signed: np.ndarray | int = 0

    def of(self, draws: slice | np.ndarray) -> Promise:
        """The promise in some of the draws."""
        signed = self.signed[draws] if np.ndim(self.signed) else self.signed  # type: ignore[index]
        return replace(self, base=self.base[draws], signed=signed)


@dataclass(frozen=True)
class PromiseLuck:
    """Chance, shared by all courses.

    crisis : ndarray[draw, week], uniform probabilities; pledge : of successors and forfeitures, which without it enter
    by what is expected of them, and of the analogues' effect of cession
    """

    crisis: np.ndarray
    pledge: PledgeLuck | None = None

    def of(self, draws: slice | np.ndarray) -> PromiseLuck:
        """The luck of some of the draws."""
        return PromiseLuck(self.crisis[draws], self.pledge and self.pledge.of(draws))


def credibility_paths(
    promise: Promise,
    beliefs: Mapping[str, np.ndarray],
    luck: PromiseLuck,
    parts: Collection[str] = PARTS,
) -> np.ndarray:
    """q : ndarray[draw, week], chance that enough guarantors act if the truce is broken in that week of luck.crisis.

    beliefs : name → ndarray[draw], in its unit; parts : which reasons to count, all of PARTS unless a decomposition
    asks for fewer. The path starts from the base, by restraint, discretion and cession, or with `at_signature` from a
    chance that has these in it; the guarantee's years and forfeiture count from the signature.
    """
    guarantee, base, weeks = promise.guarantee, promise.base, luck.crisis.shape[1]
    if guarantee is None or guarantee.form == "none" or not base.any():
        return np.zeros((len(base), weeks))
    q = np.empty((len(base), weeks))

    for at in range(0, len(base), BLOCK):
        own = slice(at, at + BLOCK)
        q[own] = _paths(promise.of(own), _Some(beliefs, own), luck.of(own), parts)
    return q


class _Some(Mapping[str, np.ndarray]):
    """Beliefs in some of the draws; only those that are asked for are looked at."""

    def __init__(self, beliefs: Mapping[str, np.ndarray], draws: slice) -> None:
        self.beliefs, self.draws = beliefs, draws

    def __getitem__(self, name: str) -> np.ndarray:
        return self.beliefs[name][self.draws]

    def __contains__(self, name: object) -> bool:
        return name in self.beliefs

    def __iter__(self) -> Iterator[str]:
        return iter(self.beliefs)

    def __len__(self) -> int:
        return len(self.beliefs)


def _paths(
    promise: Promise, beliefs: Mapping[str, np.ndarray], luck: PromiseLuck, parts: Collection[str]
) -> np.ndarray:
    """credibility_paths of a guarantee that is one, for as many draws as fit in the processor's own memory."""
    guarantee, base, weeks = promise.guarantee, promise.base, luck.crisis.shape[1]
    assert guarantee is not None
    burden = _crises(beliefs, luck.crisis) if "crises" in parts else None
    members = []
    shift = luck.pledge.ceded if promise.ceded and luck.pledge is not None else 0.0
    starts = (
        _starts_at(base, beliefs, guarantee)
        if promise.at_signature
        else _starts(base, beliefs, guarantee, shift, parts)
    )
    for guarantor, logit in zip(guarantee.guarantors, starts, strict=True):
        path = np.repeat(logit[:, None], weeks, axis=1)
        if "calendar" in parts:
            _add_calendar(path, guarantee, guarantor, beliefs, luck.pledge, promise.as_of)
        if burden is not None:
            path += burden
        members.append(expit(path, out=path))
    q = enough_act(members, guarantee.needed, beliefs) if len(members) > 1 else members[0]
    if "forfeiture" in parts and guarantee.revoked_by:
        rate = needed(beliefs, "truce.forfeit_rate") * needed(beliefs, "truce.forfeit_reading")
        q = q * survives(rate, luck.pledge, weeks, promise.signed)
    if guarantee.years is not None:
        age = np.arange(weeks) - np.reshape(promise.signed, (-1, 1))
        q = np.where(age < guarantee.years * WEEKS_PER_YEAR, q, 0.0)
    return q


def signature_chance(
    base: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    guarantee: Guarantee | None,
    luck: PledgeLuck | None,
    ceded: bool,
) -> np.ndarray:
    """Chance that enough guarantors act if the truce is broken at once : ndarray[draw]; base : ndarray[draw].

    Restraint, discretion and cession are in it, what time brings is not: the scale on which a reader sets the chance.
    """
    if guarantee is None or guarantee.form == "none" or not base.any():
        return np.zeros(len(base))
    shift = luck.ceded if ceded and luck is not None else 0.0
    members = [expit(logit)[:, None] for logit in _starts(base, beliefs, guarantee, shift, PARTS)]
    q = enough_act(members, guarantee.needed, beliefs) if len(members) > 1 else members[0]
    found: np.ndarray = q[:, 0]
    return found


def _starts(
    base: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    guarantee: Guarantee,
    ceded: np.ndarray | float,
    parts: Collection[str],
) -> list[np.ndarray]:
    """Logit of each guarantor's chance at signature : one ndarray[draw] a guarantor."""
    start = _logit(base) + ceded
    if "discretion" in parts and guarantee.discretion:
        start = start + needed(beliefs, "truce.discretion_shift")
    if "restraint" not in parts:
        return [start] * len(guarantee.guarantors)
    return [start + _restraint(beliefs, guarantor) for guarantor in guarantee.guarantors]


def _starts_at(
    chance: np.ndarray, beliefs: Mapping[str, np.ndarray], guarantee: Guarantee
) -> list[np.ndarray]:
    """The same where the chance that enough of them act is `chance` : ndarray[draw].

    Several guarantors keep their distances from each other; what all are moved by is found by halving.
    """
    if len(guarantee.guarantors) == 1:
        return [_logit(chance)]
    apart = [_restraint(beliefs, guarantor) for guarantor in guarantee.guarantors]
    wanted = np.clip(chance, EDGE, 1 - EDGE)
    low, high = np.full(len(chance), -60.0), np.full(len(chance), 60.0)
    for _ in range(60):
        middle = (low + high) / 2
        enough = enough_act([expit(a + middle)[:, None] for a in apart], guarantee.needed, beliefs)[:, 0]
        low, high = np.where(enough < wanted, middle, low), np.where(enough < wanted, high, middle)
    return [a + (low + high) / 2 for a in apart]


def _logit(chance: np.ndarray) -> np.ndarray:
    inside = np.clip(chance, EDGE, 1 - EDGE)
    found: np.ndarray = np.log(inside / (1 - inside))
    return found


def enough_act(members: list[np.ndarray], count: int, beliefs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Chance that at least `count` guarantors act : ndarray[draw, week].

    members : chances that each acts, ndarray[draw, week] each. With weight truce.coalition_together they decide as one
    (all acts hang on one draw), else each for itself; both keep every member's own chance.
    """
    together = needed(beliefs, "truce.coalition_together")[:, None]
    if count == 1:
        as_one = reduce(np.maximum, members)
        alone = 1.0 - reduce(np.multiply, [1.0 - q for q in members])
    else:
        as_one = np.partition(np.stack(members), len(members) - count, axis=0)[len(members) - count]
        alone = _at_least(members, count)
    found: np.ndarray = as_one * together + alone * (1.0 - together)
    return found


def _at_least(members: list[np.ndarray], count: int) -> np.ndarray:
    """Chance that `count` or more act, each for itself : same shape as one member; a Poisson binomial, by recursion."""
    # reached[k]: chance that k, at the end k or more, of the members so far act
    reached = [np.ones_like(members[0])] + [np.zeros_like(members[0]) for _ in range(count)]
    for q in members:
        reached[count] = reached[count] + reached[count - 1] * q
        for k in range(count - 1, 0, -1):
            reached[k] = reached[k] * (1.0 - q) + reached[k - 1] * q
        reached[0] = reached[0] * (1.0 - q)
    found: np.ndarray = np.minimum(reached[count], 1.0)
    return found


def calendar_of(guarantee: Guarantee, guarantor: str) -> list[tuple[PoliticalEvent, int]]:
    """The political dates that touch one guarantor, each with its column of the luck, in the case's order."""
    own = [(event, i) for i, event in enumerate(guarantee.record.calendar) if event.guarantor == guarantor]
    if guarantee.term_ends is not None:
        last = PoliticalEvent(
            id="term_ends", guarantor=guarantor, seat="signatory", day=guarantee.term_ends,
            what="end of the signatory's term", sources=("the guarantee",),
        )  # fmt: skip
        own.append((last, -1))
    return own


def restraint_name(beliefs: Collection[str], guarantor: str) -> str:
    """The belief on this guarantor's restraint: its own where the case has one, else the general one."""
    own = f"truce.restraint_shift.{guarantor}"
    return own if own in beliefs else "truce.restraint_shift"


def _restraint(beliefs: Mapping[str, np.ndarray], guarantor: str) -> np.ndarray:
    return needed(beliefs, restraint_name(beliefs.keys(), guarantor))


def _crises(beliefs: Mapping[str, np.ndarray], crisis_luck: np.ndarray) -> np.ndarray:
    """What the crises that run take from the logit : ndarray[draw, week]."""
    elsewhere = crisis_weeks(
        needed(beliefs, "truce.crisis_rate"), needed(beliefs, "truce.crisis_weeks"), crisis_luck
    )
    market = crisis_weeks(
        needed(beliefs, "truce.crisis_market_rate"),
        needed(beliefs, "truce.crisis_market_weeks"),
        crisis_luck,
        upper=True,
    )
    burden: np.ndarray = elsewhere * needed(beliefs, "truce.crisis_shift")[:, None]
    burden += market * needed(beliefs, "truce.crisis_market_shift")[:, None]
    return burden


def _add_calendar(
    path: np.ndarray,
    guarantee: Guarantee,
    guarantor: str,
    beliefs: Mapping[str, np.ndarray],
    luck: PledgeLuck | None,
    as_of: date,
) -> None:
    """Add the steps of a guarantor's political calendar to its logit path, in place."""
    dated = [
        (event, column)
        for event, column in calendar_of(guarantee, guarantor)
        if (event.day - as_of).days / DAYS_PER_WEEK <= path.shape[1] - 1
    ]
    if not dated:
        return
    reach = needed(beliefs, "truce.treaty_turnover") if guarantee.form == "treaty" else 1.0
    events, columns = zip(*dated, strict=True)
    shift = reach * needed(beliefs, "truce.term_shift")
    spread = reach * needed(beliefs, "truce.successor_spread")
    for week, step in stance_steps(events, columns, shift, spread, luck, as_of):
        path[:, max(int(np.ceil(week)), 0) :] += step[:, None]
