"""The game of a case: pay-offs from simulated outcomes, every equilibrium, and how the ending moves with the weights.

Pay-offs are gains over fighting on with support as it is, in the same futures, by each player's default viewpoint with
weights at the middle of their ranges; `endings_over_weights` draws the weights instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.debate import Values
from contactline.case.schema import Case
from contactline.choice.equilibria import Equilibrium, Solution, solve
from contactline.choice.game import Game, endings
from contactline.choice.settlement_game import CUT, Seats, Threat, settlement_game
from contactline.choice.slots import VALUES, Judge
from contactline.choice.verdict import default_values, vetoed_clauses
from contactline.choice.worth import first_sets
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.courses import fight_on
from contactline.engine.models import model_of
from contactline.engine.run import Run
from contactline.support.adequacy import support_path
from contactline.topics.bargain.make.payoffs import Ways, fighting_with, gains, offer_of
from contactline.topics.bargain.schema import GAME_WEIGHTS
from contactline.truce.terms import Settlement

SETS = 100
WEIGHT_DRAWS = 40


@dataclass(frozen=True)
class Simulated:
    """What a case's game is built from, whatever the weights: who plays, and every way out simulated.

    players : actor → its default viewpoint, the proposer first
    fought, threat : outcome → ndarray[draw] of fighting on, and of fighting on with support cut
    rates : actor → what a year later is worth today; spans : its range, for actors whose rate the case gives
    judge : what outcomes are worth, by the scenario's model
    """

    case: Case
    settlements: Mapping[str, Settlement]
    players: Mapping[str, Values]
    proposer: str
    guarantors: Mapping[str, str | None]
    rates: Mapping[str, float]
    spans: Mapping[str, tuple[float, float]]
    ways: Mapping[str, Ways]
    fought: Mapping[str, np.ndarray]
    threat: Mapping[str, np.ndarray] | None
    threat_name: str
    maximal: float
    years: float
    draws: int
    judge: Judge

    def game(self, players: Mapping[str, Values], rates: Mapping[str, float] | None = None) -> Game:
        """The game by these values of the players, and these rates in place of its own."""
        case, rates = self.case, self.rates if rates is None else rates
        names = {actor.id: actor.name for actor in case.actors}
        offers = [
            offer_of(
                self.settlements[name], ways, self.guarantors[name], players, rates, self.years,
                _vetoes(case, players, self.settlements[name]),
            )
            for name, ways in self.ways.items()
        ]  # fmt: skip
        cut = None
        if self.threat:
            cut = gains(self.judge, self.threat, self.fought, players, rates, self.years)
        named = {actor: names.get(actor, actor) for actor in players}
        return settlement_game(
            f"{case.title}: the game of a settlement",
            Seats(named, self.proposer, case.defender.id, case.challenger.id),
            offers,
            self.maximal,
            Threat(cut, self.threat_name) if cut is not None else None,
            f"Pay-offs: gains over fighting on, {self.draws} futures, as of {case.as_of.isoformat()}.",
        )


@dataclass(frozen=True)
class Played:
    """A case's game with its equilibria, and what it was built from."""

    game: Game
    solution: Solution
    simulated: Simulated


def play(
    run: Run,
    *,
    proposer: str | None = None,
    discount: Mapping[str, float] | None = None,
    threat: str | None = None,
    sets: int = SETS,
) -> Played:
    """Build and solve the game of a run's proposals.

    proposer : actor who puts the offers (default: the first guarantor that the case values); discount : actor → what a
    year later is worth today (default: the middle of its viewpoint's time preference, 1 without one)
    threat : support path that the proposer may turn to after a rejection (default: the case's first path in which it
    supplies less; none: no threat); sets : number of belief sets used
    Raises UnknownNameError for unknown actors or paths, FitError where too few truces break to value a breach.
    """
    case, front, settlements = run.case, run.front, run.settlements
    futures = first_sets(run.outlook.futures, sets)
    asker = proposer or _default_proposer(case)
    values = {v.actor: default_values(case, v.actor) for v in case.values}
    for actor in (asker, *(discount or {})):
        if actor not in values:
            raise UnknownNameError("actor with values", actor, values)
    spans = {
        actor: (own.time_preference.low, own.time_preference.high)
        for actor, own in values.items()
        if own.time_preference is not None and actor not in (discount or {})
    }
    rates = {actor: sum(span) / 2 for actor, span in spans.items()} | dict(discount or {})
    guarantors = {name: _guarantor(settlement, values) for name, settlement in settlements.items()}
    order = (asker, case.defender.id, case.challenger.id, *(g for g in guarantors.values() if g))
    path = threat or _default_threat(case, asker)
    named = support_path(case, path).name if path else ""
    fought = fight_on(case, front.theatre, futures)
    timed = any(rate != 1.0 for rate in rates.values())
    simulated = Simulated(
        case=case,
        settlements=settlements,
        players={actor: values[actor] for actor in dict.fromkeys(order)},
        proposer=asker,
        guarantors=guarantors,
        rates=rates,
        spans=spans,
        ways={
            name: Ways.of(case, front, settlement, futures, fought, timed)
            for name, settlement in settlements.items()
        },
        fought=fought,
        threat=fighting_with(case, front, futures, path) if path else None,
        threat_name=f"{CUT}: {named}" if named else CUT,
        maximal=float(futures.maximal.mean()),
        years=futures.weeks / WEEKS_PER_YEAR,
        draws=futures.draws,
        judge=model_of(futures.reads, VALUES),
    )
    game = simulated.game(simulated.players)
    return Played(game, solve(game), simulated)


def endings_over_weights(played: Played, streams: Streams, draws: int = WEIGHT_DRAWS) -> pd.DataFrame:
    """Table game_weights: how the game ends when each player's weights and time preference are drawn within their
    ranges.

    share_some, share_all : share of weight draws in which some, or every, pure equilibrium ends so with a chance of at
    least one half. Draws without a pure equilibrium count as none. Stream choice.game.weights, a key per player.
    """
    some: Counter[str] = Counter()
    every: Counter[str] = Counter()
    players = played.simulated.players
    rngs = {actor: streams.rng("choice.game.weights", k) for k, actor in enumerate(players)}
    for _ in range(draws):
        drawn = {actor: _drawn(v, rngs[actor]) for actor, v in players.items()}
        rates = {
            actor: low + (high - low) * float(rngs[actor].random())
            for actor, (low, high) in played.simulated.spans.items()
            if actor in rngs
        }
        game = played.simulated.game(drawn, {**played.simulated.rates, **rates})
        ends = [set(_likely(game, one)) for one in solve(game, mixed=False).equilibria]
        some.update(set().union(*ends))
        every.update(set.intersection(*ends) if ends else set())
    labels = sorted({node.label for _, node in endings(played.game)})
    rows = [
        {
            "ending": label,
            "share_some": some[label] / draws,
            "share_all": every[label] / draws,
            "draws": draws,
        }
        for label in labels
    ]
    return GAME_WEIGHTS.frame(rows)


def ends_of(game: Game, one: Equilibrium) -> dict[str, float]:
    """Label of an ending → chance that play ends so; endings that are never reached are left out."""
    reach = one.reach(game)
    chances: dict[str, float] = {}
    for index, node in endings(game):
        if reach[index] > 0:
            chances[node.label] = chances.get(node.label, 0.0) + float(reach[index])
    return chances


def _likely(game: Game, one: Equilibrium) -> list[str]:
    return [label for label, chance in ends_of(game, one).items() if chance >= 0.5]


def _drawn(values: Values, rng: np.random.Generator) -> Values:
    """The viewpoint with every weight drawn, uniform within its range."""
    own = []
    for attribute in values.attributes:
        weight = attribute.weight_low + (attribute.weight_high - attribute.weight_low) * float(rng.random())
        own.append(attribute.model_copy(update={"weight_low": weight, "weight_high": weight}))
    return values.model_copy(update={"attributes": tuple(own)})


def _vetoes(case: Case, players: Mapping[str, Values], settlement: Settlement) -> dict[str, str]:
    """Player → the clauses it calls unacceptable; players without are left out."""
    found = {actor: vetoed_clauses(values, case, settlement.proposal) for actor, values in players.items()}
    return {actor: "; ".join(clauses) for actor, clauses in found.items() if clauses}


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
