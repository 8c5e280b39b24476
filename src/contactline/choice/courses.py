"""Courses of action on one clock: fight on, or accept a proposal now and live with what follows.

Both run on the same futures. A broken truce is war again from the line that the terms left, at the same tempo path
times what the terms took away. First version: no course settles later on other terms (that is a later issue), but
fighting may end by itself on the line then reached, at the belief war.end_rate; such a peace breaks like a truce
without terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.case.schema import Case
from contactline.choice.course_kernel import left_behind, live
from contactline.choice.futures import Futures, credibility_belief, weekly
from contactline.truce.breakdown import TruceTerms, log_hazard, truce_terms
from contactline.truce.guarantee import credibility_paths
from contactline.truce.terms import Settlement
from contactline.war.territory import Ground, order_of_fall

OUTCOMES: dict[str, tuple[str, str]] = {
    "km2_held": ("Territory the defender holds at the horizon", "km²"),
    "people_held": (
        "People (before the war) in towns the defender still holds, of those in the theatre",
        "persons",
    ),
    "belt_held": ("Share of the belt the defender still holds", "share"),
    "defender_losses": ("Defender's killed and wounded", "persons"),
    "challenger_losses": ("Challenger's killed and wounded", "persons"),
    "weeks_of_war": ("Weeks of war", "weeks"),
    "collapsed": ("At least one collapse of the front", "share"),
    "truce_holds": ("No fighting at the horizon: truce in force, or war ended by itself", "share"),
    "truce_broken": ("Truce on the proposal broken within the horizon", "share"),
    "guarantee_failed": ("Truce broken and the guarantor did not act", "share"),
}
"""Outcome name → label and unit; each is an ndarray[draw]."""

FIGHT_ON = "fight_on"

UNSIGNED = TruceTerms(guaranteed=False, belt_lost=False, zone=False, tripwire=False, imposed=False)
"""What holds a peace that came by itself: no terms at all, so the base rate and the challenger's aims."""


@dataclass(frozen=True)
class Ladder:
    """Cells in the order they would fall, cumulated from zero : ndarray[cell + 1] each."""

    open_km2: np.ndarray
    built_km2: np.ndarray
    people: np.ndarray
    belt_km2: np.ndarray


@dataclass(frozen=True)
class Theatre:
    """The ground with the figures that courses start from.

    people : ndarray[cell]; main_region : where the contested ground lies; km2_held, people_held : defender's now
    """

    ground: Ground
    people: np.ndarray
    main_region: str
    km2_held: float
    people_held: float
    strength: float | None
    km2_by_region_free: dict[str, float]
    """Exact area each region's unheld part measures; cells only approximate it."""


def fight_on(case: Case, theatre: Theatre, futures: Futures) -> dict[str, np.ndarray]:
    """Outcomes of fighting on for the whole horizon : name → ndarray[draw]."""
    blank = np.zeros(futures.draws)
    raw = _live(
        futures, False, blank, blank, np.zeros((futures.draws, futures.weeks)), renewed=np.ones(futures.draws)
    )
    return _outcomes(theatre, futures, raw, theatre.ground, 0.0, 0.0)


def accept(
    case: Case,
    theatre: Theatre,
    settlement: Settlement,
    futures: Futures,
    *,
    credibility: np.ndarray | None = None,
    terms: TruceTerms | None = None,
) -> dict[str, np.ndarray]:
    """Outcomes of accepting a proposal now : name → ndarray[draw].

    `credibility` (ndarray[draw, week]) and `terms` replace what the case says, for variants and break-even figures.
    """
    terms = terms or truce_terms(settlement, theatre.strength)
    if credibility is None:
        credibility = credibility_for(case, settlement, futures)
    beliefs = futures.beliefs
    renewed = beliefs["truce.renewed_tempo_rebuild"].copy()
    if terms.belt_lost:
        renewed *= beliefs["truce.renewed_tempo_belt_lost"]
    shock = beliefs["truce.morale_collapse"] if terms.imposed else np.ones(futures.draws)
    static = log_hazard(terms, beliefs, futures.maximal)
    effect = beliefs["truce.effect_guarantee"]
    raw = _live(futures, True, static, effect, credibility, renewed=renewed, shock=shock)
    given_km2 = exact_area(theatre, settlement.given_up) - float(
        theatre.ground.km2[settlement.returned].sum()
    )
    given_people = float(
        theatre.people[settlement.given_up].sum() - theatre.people[settlement.returned].sum()
    )
    return _outcomes(theatre, futures, raw, settlement.ground_after, given_km2, given_people)


def credibility_for(case: Case, settlement: Settlement, futures: Futures) -> np.ndarray:
    """The guarantee's credibility path as the case describes it : ndarray[draw, week]."""
    guarantee = settlement.guarantee
    base = np.zeros(futures.draws)
    if guarantee is not None:
        base = futures.beliefs[credibility_belief(guarantee.id)]
    return credibility_paths(base, futures.beliefs, guarantee, case.as_of, futures.weeks, futures.crisis_luck)


def ladder(here: Ground, people: np.ndarray, chosen: np.ndarray) -> Ladder:
    """The cells `chosen` (indices in order of fall), cumulated."""

    def climb(values: np.ndarray) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(values[chosen])])

    return Ladder(
        climb(np.where(here.built, 0.0, here.km2)),
        climb(np.where(here.built, here.km2, 0.0)),
        climb(people),
        climb(np.where(here.belt != "", here.km2, 0.0)),
    )


def exact_area(theatre: Theatre, cells: np.ndarray) -> float:
    """Area of the given cells, scaled region by region to the exact area of the region's unheld part, km²."""
    here = theatre.ground
    total = 0.0
    for region in np.unique(here.region[cells]):
        inside = here.region == region
        part = here.km2[inside & cells].sum()
        free = here.km2[inside & (here.holder == 0)].sum()
        total += part / free * theatre.km2_by_region_free.get(str(region), free)
    return total


def _live(
    futures: Futures,
    accepts: bool,
    static: np.ndarray,
    effect: np.ndarray,
    credibility: np.ndarray,
    *,
    renewed: np.ndarray,
    shock: np.ndarray | None = None,
) -> np.ndarray:
    beliefs = futures.beliefs
    return live(
        accepts, futures.net, futures.share, futures.factor, futures.raiser, futures.claims,
        beliefs["losses.defender_per_attacker"], weekly(beliefs["war.collapse_rate"]), beliefs["war.collapse_speed"],
        beliefs["war.collapse_weeks"], futures.collapse_luck, np.ones(futures.draws) if shock is None else shock,
        beliefs["truce.defender_losses_truce"], static, effect, credibility, futures.breakdown_luck,
        futures.honour_luck, renewed, beliefs["truce.honoured_tempo"], weekly(beliefs["war.end_rate"]),
        futures.end_luck, log_hazard(UNSIGNED, beliefs, futures.maximal), futures.peace_luck,
    )  # fmt: skip


def _outcomes(
    theatre: Theatre,
    futures: Futures,
    raw: np.ndarray,
    here: Ground,
    given_km2: float,
    given_people: float,
) -> dict[str, np.ndarray]:
    """Read the kernel's columns off the ground that the course starts from."""
    resistance = futures.beliefs["war.built_up_resistance"]
    norm = 1.0 + (resistance - 1.0) * here.built_record
    order = order_of_fall(here)
    in_main = here.region[order] == theatre.main_region
    # What the main region cannot absorb lands elsewhere: all of it where the region is gone already.
    inside = order[in_main]
    whole = (
        here.km2[inside][~here.built[inside]].sum() + resistance * here.km2[inside][here.built[inside]].sum()
    ) / norm
    main = np.minimum(raw[:, 2], whole)
    other = raw[:, 3] + np.maximum(raw[:, 2] - whole, 0.0)
    people = np.zeros(futures.draws)
    belt = np.zeros(futures.draws)
    for effort, chosen in ((main, order[in_main]), (other, order[~in_main])):
        steps = ladder(here, theatre.people, chosen)
        got = left_behind(
            effort, resistance, norm, steps.open_km2, steps.built_km2, steps.people, steps.belt_km2
        )
        people += got[:, 1]
        belt += got[:, 2]
    belt_now = float(theatre.ground.km2[(theatre.ground.belt != "") & (theatre.ground.holder == 0)].sum())
    belt_after = float(here.km2[(here.belt != "") & (here.holder == 0)].sum())
    return {
        "km2_held": theatre.km2_held - given_km2 - raw[:, 0] - raw[:, 1],
        "people_held": theatre.people_held - given_people - people,
        "belt_held": (belt_after - belt) / belt_now if belt_now else np.ones(futures.draws),
        "defender_losses": raw[:, 5],
        "challenger_losses": raw[:, 4],
        "weeks_of_war": raw[:, 6],
        "collapsed": (raw[:, 7] > 0).astype(float),
        "truce_holds": raw[:, 10],
        "truce_broken": (raw[:, 8] >= 0).astype(float),
        "guarantee_failed": (raw[:, 9] == 0.0).astype(float),
    }
