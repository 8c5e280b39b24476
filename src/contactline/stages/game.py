"""The game of a case: pay-offs from simulated outcomes, and every equilibrium.

Pay-offs are gains over fighting on with support as it is, in the same futures, by each player's default viewpoint with
weights at the middle of their ranges. All ways out of an offer are valued on the futures in which its truce would
break, so that honouring and breaking, acting and abandoning differ by what is done and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from contactline.case.debate import Values
from contactline.case.schema import Case
from contactline.choice.courses import accept, fight_on
from contactline.choice.equilibria import Solution, solve
from contactline.choice.futures import Futures, elasticity_belief
from contactline.choice.game import Game
from contactline.choice.settlement_game import (
    CUT,
    LIMITED,
    MAXIMAL,
    Offer,
    settlement_game,
)
from contactline.choice.verdict import default_values
from contactline.choice.worth import discounted, first_sets, worth
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import FitError, InputError, UnknownNameError
from contactline.core.streams import Streams
from contactline.stages.front import Front
from contactline.stages.war import Outlook
from contactline.support.adequacy import support, support_path
from contactline.truce.terms import Settlement

SETS = 100
LEAST_DRAWS = 20
"""Broken truces that a pay-off must rest on at least, for each type of challenger."""
STAKE = 2.0
"""What it costs a guarantor to go against its resolve, as a multiple of the most that acting changes for it:
*assumption* of the developers, who only need it above 1, so that the resolute act and the reluctant do not; how often
a guarantor is which comes from the case's credibility."""
LEAST_STAKE = 1.0
"""The same in units of value where acting changes nothing for it: *assumption*, for the same reason."""

Pays = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Played:
    """A case's game with its equilibria, and what each offer's pay-offs rest on.

    breaks : offer → type of challenger → futures in which its truce breaks
    """

    game: Game
    solution: Solution
    breaks: Mapping[str, Mapping[str, int]]


def play(
    case: Case,
    front: Front,
    outlook: Outlook,
    settlements: Mapping[str, Settlement],
    streams: Streams,
    *,
    proposer: str | None = None,
    discount: Mapping[str, float] | None = None,
    threat: str | None = None,
    sets: int = SETS,
) -> Played:
    """Build and solve the game of these proposals.

    proposer : actor who puts the offers (default: the first guarantor that the case values); discount : actor → what a
    year later is worth today (default 1); threat : support path that the proposer may turn to after a rejection
    (default: the case's first path in which it cuts its supply; none: no threat); sets : belief sets used.
    Raises UnknownNameError for unknown actors or paths, FitError where too few truces break to value a breach.
    """
    futures = first_sets(outlook.futures, sets)
    asker = proposer or _default_proposer(case)
    rates = dict(discount or {})
    values = {v.actor: default_values(case, v.actor) for v in case.values}
    for actor in (asker, *rates):
        if actor not in values:
            raise UnknownNameError("actor with values", actor, values)
    guarantors = {name: _guarantor(settlement, values) for name, settlement in settlements.items()}
    names = {actor.id: actor.name for actor in case.actors}
    order = (asker, case.defender.id, case.challenger.id, *(g for g in guarantors.values() if g))
    players = {actor: values[actor] for actor in dict.fromkeys(order)}
    fought = fight_on(case, front.theatre, futures)
    timed = any(rate != 1.0 for rate in rates.values())
    runs = {
        name: _Runs.of(case, front, settlement, futures, fought, timed)
        for name, settlement in settlements.items()
    }
    years = futures.weeks / WEEKS_PER_YEAR
    offers = [
        _offer(settlements[name], run, guarantors[name], players, rates, years) for name, run in runs.items()
    ]
    path = threat or _default_threat(case, asker)
    game = settlement_game(
        f"{case.title}: the game of a settlement",
        {actor: names.get(actor, actor) for actor in players},
        proposer=asker,
        defender=case.defender.id,
        challenger=case.challenger.id,
        maximal=float(futures.maximal.mean()),
        offers=offers,
        threat=_threat(case, front, futures, fought, players, rates, years, path) if path else None,
        threat_name=f"{CUT}: {support_path(case, path).name}" if path else CUT,
        comment=f"Pay-offs: gains over fighting on, {futures.draws} futures, as of {case.as_of.isoformat()}.",
    )
    breaks = {name: {kind: int(run.broke[kind].sum()) for kind in run.broke} for name, run in runs.items()}
    return Played(game, solve(game), breaks)


@dataclass(frozen=True)
class _Runs:
    """Outcomes of one offer, all on the same futures: honoured for ever, broken with and without the guarantor.

    broke : type → ndarray[draw] bool, futures of that type in which the truce breaks; until : ndarray[draw], the share
    of the horizon before that; acts : share of breaks in which the guarantor acts by the case's credibility
    """

    fought: Mapping[str, np.ndarray]
    honoured: Mapping[str, np.ndarray]
    acted: Mapping[str, np.ndarray]
    abandoned: Mapping[str, np.ndarray]
    broke: Mapping[str, np.ndarray]
    until: np.ndarray
    acts: float

    @classmethod
    def of(
        cls,
        case: Case,
        front: Front,
        settlement: Settlement,
        futures: Futures,
        fought: Mapping[str, np.ndarray],
        timed: bool,
    ) -> _Runs:
        def run(**luck: np.ndarray) -> dict[str, np.ndarray]:
            return accept(case, front.theatre, settlement, replace(futures, **luck))  # type: ignore[arg-type]

        every = np.ones(futures.draws)
        plain = run()
        broke = plain["truce_broken"] > 0
        # War after the break lasts to the horizon here, so that its weeks tell when the truce broke.
        endless = run(end_luck=np.inf * every)["weeks_of_war"] if timed else 0.0 * every
        kinds = {LIMITED: broke & ~futures.maximal, MAXIMAL: broke & futures.maximal}
        for kind, own in kinds.items():
            if own.sum() < LEAST_DRAWS:
                raise FitError(
                    f"game: the truce of {settlement.proposal.id!r} breaks in {own.sum()} futures with {kind}; "
                    f"{LEAST_DRAWS} are needed to value a breach. Use more draws (--draws) or leave the proposal out."
                )
        return cls(
            fought=fought,
            honoured=run(breakdown_luck=np.inf * every),
            acted=run(honour_luck=-every),
            abandoned=run(honour_luck=2.0 * every),
            broke=kinds,
            until=1.0 - endless / futures.weeks,
            acts=float(1.0 - plain["guarantee_failed"][broke].sum() / broke.sum()),
        )


def _offer(
    settlement: Settlement,
    run: _Runs,
    guarantor: str | None,
    players: Mapping[str, Values],
    rates: Mapping[str, float],
    years: float,
) -> Offer:
    pays: dict[str, Pays] = {way: {LIMITED: {}, MAXIMAL: {}} for way in ("honoured", "acted", "abandoned")}
    for actor, values in players.items():
        base = worth(values, run.fought)
        kept = worth(values, run.honoured) - base
        rate = rates.get(actor, 1.0)
        for way in pays:
            gain = worth(values, getattr(run, way)) - base
            until = np.ones_like(gain) if way == "honoured" else run.until
            present = discounted(kept, gain, until, rate, years)
            for kind, own in run.broke.items():
                pays[way][kind][actor] = float(present[own].mean())
    most = 0.0
    if guarantor:
        most = max(
            abs(pays["acted"][kind][guarantor] - pays["abandoned"][kind][guarantor]) for kind in run.broke
        )
    return Offer(
        settlement.proposal.id,
        settlement.proposal.name,
        pays["honoured"],
        pays["abandoned"],
        pays["acted"],
        guarantor,
        run.acts if guarantor else 0.0,
        max(STAKE * most, LEAST_STAKE),
    )


def _threat(
    case: Case,
    front: Front,
    futures: Futures,
    fought: Mapping[str, np.ndarray],
    players: Mapping[str, Values],
    rates: Mapping[str, float],
    years: float,
    path: str,
) -> dict[str, float]:
    """What fighting on with support cut is worth to each player, over fighting on with support as it is."""
    elasticity = {c.id: futures.beliefs[elasticity_belief(c.id)] for c in case.capabilities}
    factor = support(case, path, futures.weeks).tempo_factor(elasticity)
    cut = fight_on(case, front.theatre, replace(futures, factor=factor))
    out = {}
    for actor, values in players.items():
        gain = worth(values, cut) - worth(values, fought)
        whole = np.ones_like(gain)
        out[actor] = float(discounted(gain, gain, whole, rates.get(actor, 1.0), years).mean())
    return out


def _default_proposer(case: Case) -> str:
    valued = {values.actor for values in case.values}
    outside = [actor.id for actor in case.actors if actor.role == "guarantor" and actor.id in valued]
    if not outside:
        raise InputError(
            "game: no actor of role guarantor has values, so nobody puts the offers; name the proposer, or give the "
            "guarantor values in values.yaml."
        )
    return outside[0]


def _default_threat(case: Case, proposer: str) -> str | None:
    """The first support path in which the proposer itself supplies less; None if the case has none."""
    for path in case.support_paths:
        if any(cut.actor == proposer and cut.factor < 1 for cut in path.cuts):
            return path.id
    return None


def _guarantor(settlement: Settlement, values: Mapping[str, Values]) -> str | None:
    """Who decides whether to act: the first of the guarantee's guarantors that the case values."""
    if settlement.guarantee is None or settlement.guarantee.form == "none":
        return None
    return next((actor for actor in settlement.guarantee.guarantors if actor in values), None)
