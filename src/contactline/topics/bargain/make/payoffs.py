"""What each way out of an offer is worth: the truce kept for ever, broken and acted on, broken and abandoned.

All ways are simulated on the same futures and averaged over those in which the truce breaks, so that they differ by
what is done and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.debate import Values
from contactline.case.schema import Case
from contactline.choice.settlement_game import LIMITED, MAXIMAL, Offer
from contactline.choice.slots import VALUES, Judge
from contactline.choice.worth import discounted, worth
from contactline.core.errors import FitError
from contactline.engine.courses import accept, fight_on
from contactline.engine.futures import Futures
from contactline.engine.ground import Front
from contactline.engine.models import model_of
from contactline.truce.terms import Settlement

LEAST_DRAWS = 20
"""Broken truces that a pay-off must rest on at least, for each type of challenger."""
Pays = dict[str, dict[str, float]]
"""Type of challenger → player → value."""

STAKE = 2.0
"""What it costs a guarantor to go against its resolve, as a multiple of the most that acting changes for it:
*assumption* of the developers, who only need it above 1, so that the resolute act and the reluctant do not; how often
a guarantor is which comes from the case's credibility."""
LEAST_STAKE = 1.0
"""The same in units of value where acting changes nothing for it: *assumption*, for the same reason."""


@dataclass(frozen=True)
class Ways:
    """Outcomes of one offer, all on the same futures: honoured for ever, broken with and without the guarantor.

    fought, honoured, acted, abandoned : outcome → ndarray[draw]
    broke : type → ndarray[draw] bool, futures of that type in which the truce breaks; until : ndarray[draw], the share
    of the horizon before that; acts : share of breaks in which the guarantor acts by the case's credibility
    judge : what outcomes are worth, by the scenario's model
    """

    fought: Mapping[str, np.ndarray]
    honoured: Mapping[str, np.ndarray]
    acted: Mapping[str, np.ndarray]
    abandoned: Mapping[str, np.ndarray]
    broke: Mapping[str, np.ndarray]
    until: np.ndarray
    acts: float
    judge: Judge

    @classmethod
    def of(
        cls,
        case: Case,
        front: Front,
        settlement: Settlement,
        futures: Futures,
        fought: Mapping[str, np.ndarray],
        timed: bool,
    ) -> Ways:
        """Every way out of one offer simulated; fought : outcome → ndarray[draw] of fighting on; timed : whether the
        end of the truce is drawn."""

        def run(**luck: float) -> dict[str, np.ndarray]:
            return accept(case, front.theatre, settlement, futures.holding(**luck))

        every = np.ones(futures.draws)
        plain = run()
        broke = plain["truce_broken"] > 0
        # War after the break lasts to the horizon here, so that its weeks tell when the truce broke.
        endless = run(end_luck=np.inf)["weeks_of_war"] if timed else 0.0 * every
        kinds = {LIMITED: broke & ~futures.maximal, MAXIMAL: broke & futures.maximal}
        for kind, own in kinds.items():
            if own.sum() < LEAST_DRAWS:
                raise FitError(
                    f"game: the truce of {settlement.proposal.id!r} breaks in {own.sum()} futures with {kind}; "
                    f"{LEAST_DRAWS} are needed to value a breach. Use more draws (--draws) or leave the proposal out."
                )
        return cls(
            fought=fought,
            honoured=run(breakdown_luck=np.inf),
            acted=run(honour_luck=-1.0),
            abandoned=run(honour_luck=2.0),
            broke=kinds,
            until=1.0 - endless / futures.weeks,
            acts=float(1.0 - plain["guarantee_failed"][broke].sum() / broke.sum()),
            judge=model_of(futures.reads, VALUES),
        )


def offer_of(
    settlement: Settlement,
    ways: Ways,
    guarantor: str | None,
    players: Mapping[str, Values],
    rates: Mapping[str, float],
    years: float,
    vetoes: Mapping[str, str],
) -> Offer:
    """The offer with its pay-offs: means over the futures of each type in which its truce breaks.

    rates : actor → what a year later is worth today; years : the horizon; vetoes : player → clause it will not sign
    """
    pays: dict[str, Pays] = {way: {LIMITED: {}, MAXIMAL: {}} for way in ("honoured", "acted", "abandoned")}
    for actor, values in players.items():
        base = worth(values, ways.fought, ways.judge)
        kept = worth(values, ways.honoured, ways.judge) - base
        for way, own in pays.items():
            gain = worth(values, getattr(ways, way), ways.judge) - base
            until = np.ones_like(gain) if way == "honoured" else ways.until
            present = discounted(kept, gain, until, rates.get(actor, 1.0), years)
            for kind, broke in ways.broke.items():
                own[kind][actor] = float(present[broke].mean())
    changed = [
        abs(pays["acted"][kind][guarantor] - pays["abandoned"][kind][guarantor]) if guarantor else 0.0
        for kind in ways.broke
    ]
    return Offer(
        settlement.proposal.id,
        settlement.proposal.name,
        pays["honoured"],
        pays["abandoned"],
        pays["acted"],
        guarantor,
        ways.acts if guarantor else 0.0,
        max(STAKE * max(changed), LEAST_STAKE),
        vetoes,
    )


def fighting_with(case: Case, front: Front, futures: Futures, path: str) -> dict[str, np.ndarray]:
    """Outcomes of fighting on under another support path : name → ndarray[draw], in the units of OUTCOMES.

    Raises UnknownNameError for an unknown path.
    """
    return fight_on(case, front.theatre, futures.with_support(path))


def gains(
    judge: Judge,
    run: Mapping[str, np.ndarray],
    fought: Mapping[str, np.ndarray],
    players: Mapping[str, Values],
    rates: Mapping[str, float],
    years: float,
) -> dict[str, float]:
    """What one run of fighting is worth to each player over another : player → mean utility over all draws.

    run, fought : outcome → ndarray[draw]; rates : player → what a year later is worth today
    """
    out = {}
    for actor, values in players.items():
        gain = worth(values, run, judge) - worth(values, fought, judge)
        out[actor] = float(discounted(gain, gain, np.ones_like(gain), rates.get(actor, 1.0), years).mean())
    return out
