"""Courses of action on one clock: fight on, accept a proposal now, or fight for a time and then settle.

All run on the same futures. A war that breaks a truce starts from the line that the terms left, with what the terms
took away and what both sides rebuilt; incidents and limited offensives cost lives and a little ground and the truce
goes on. Fighting may also end by itself on the line then reached, at the belief war.end_rate; such a peace breaks like
a truce without terms. Refusing an offer is a course of its own: support may answer it, and an ultimatum shakes the
defender when it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from contactline.case.labels import credibility_belief, pledge_belief
from contactline.case.pledges import Guarantee
from contactline.case.scenario import FUTURES, HORIZON_WEEKS, SIGN_WEEK
from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.course_kernel import NEVER, Lived, Luck, Renewal, War, live_to
from contactline.engine.effects import COLLAPSE_HAZARD, END_RATE, PRESSED, STRIKES
from contactline.engine.fits import SPACE
from contactline.engine.futures import Futures
from contactline.engine.ground import SETTLEMENT, THEATRE, Theatre
from contactline.engine.lines import holder_of, line_from, name_of_holder
from contactline.engine.luck import seen
from contactline.engine.models import model_of
from contactline.truce.aims import AIMS, wanted_regions
from contactline.truce.breakdown import Challenge, Decision, TruceTerms, moved_at_signature
from contactline.truce.guarantee import Promise, PromiseLuck
from contactline.truce.slots import BREAKDOWN, CREDIBILITY
from contactline.truce.terms import Settlement
from contactline.war.manpower import LONGEST_LAG, flows
from contactline.war.territory import Ground

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
    "truce_broken": ("War broke out again under the proposal within the horizon", "share"),
    "offensives": ("Limited offensives (101 to 999 dead) under a truce or a peace", "number"),
    "incidents": ("Clashes with 1 to 100 dead under a truce or a peace", "number"),
    "guarantee_failed": ("Truce broken and the guarantor did not act", "share"),
    "people_occupied": ("People (before the war) in towns that come under the challenger", "persons"),
    "strikes": ("Missiles and drones that get through to cities while the war lasts", "number"),
    "recognised": ("Cession recognised by the terms: in fact a half, in law 1", "share"),
    "alliance_barred": ("Membership of an alliance barred by the terms", "share"),
}
"""Outcome name → label and unit; each is an ndarray[draw]."""

RECOGNISED = {"none": 0.0, "de_facto": 0.5, "de_jure": 1.0}
"""How far terms recognise what they cede; that recognition in fact counts half is an *assumption* of the developers."""

EVENTS = ("collapsed", "truce_holds", "truce_broken", "guarantee_failed")
"""Outcomes that happen or do not: 0 or 1 in a draw."""

FIGHT_ON = "fight_on"
REFUSE = "refuse "
"""Before a proposal's id: the course of refusing it."""
FAR_YEARS = (5, 10, 20)
"""Horizons at which courses are compared side by side, years."""
FAR_FUTURES = 10
"""Futures of a belief set that are followed so far; 200 sets of 10 err by 2 points."""
Outcomes = Mapping[str, np.ndarray]
"""Name in OUTCOMES → ndarray[draw]."""
Runs = Mapping[str, Outcomes]
"""Course → its outcomes; the draws of a belief set stand together."""

RESPONSES = ("troops", "air", "supplies", "sanctions")
"""What honouring a guarantee may consist of; each has a belief truce.response_<name>, the tempo that it leaves."""

UNSIGNED = TruceTerms()
"""What holds a peace that came by itself: no terms at all, so the base rate and what renewed war would bring."""


@dataclass(frozen=True)
class Signing:
    """When and on what terms a course settles.

    week : week of signature; on_line_reached : nothing is handed over, the line then reached is frozen instead
    terms, guarantee : variants that change one thing of what the proposal says
    credibility : ndarray[draw, week], in place of the guarantee's own
    """

    week: int = 0
    on_line_reached: bool = False
    terms: TruceTerms | None = None
    guarantee: Guarantee | None = None
    credibility: np.ndarray | None = None


def fight_on(case: Case, theatre: Theatre, futures: Futures) -> dict[str, np.ndarray]:
    """Outcomes of fighting on for the whole horizon : name → ndarray[draw], in the units of OUTCOMES."""
    return fought_to(case, theatre, futures, (futures.weeks,))[0]


def fought_to(
    case: Case, theatre: Theatre, futures: Futures, horizons: Sequence[int], pressed: bool = False
) -> list[dict[str, np.ndarray]]:
    """Outcomes of fighting on, read at several horizons, weeks in rising order : name → ndarray[draw] each.

    pressed : under an ultimatum made now
    """
    fought = _fought(case, theatre, futures, horizons, pressed)
    return [_outcomes(theatre, futures, raw, None) for raw in fought]


def _fought(
    case: Case, theatre: Theatre, futures: Futures, horizons: Sequence[int], pressed: bool
) -> list[Lived]:
    """Fighting on, read at each of the horizons, weeks; pressed : under an ultimatum made now."""
    idle = decision_from(case, theatre, futures, UNSIGNED)
    renewal = Renewal(
        *[np.ones(futures.draws)] * len(Renewal._fields)
    )  # nothing is signed, so nothing is renewed
    return live_to(horizons, NEVER, war_inputs(futures, pressed=pressed), idle, renewal, luck_inputs(futures))


def refuse(case: Case, theatre: Theatre, settlement: Settlement, futures: Futures) -> dict[str, np.ndarray]:
    """Outcomes of refusing an offer and fighting on, in the units of OUTCOMES : name → ndarray[draw].

    Where the offer says which support path may answer a refusal (`if_refused`), it does with the chance
    support.cut_if_refused; an ultimatum shakes the defender for truce.ultimatum_weeks.
    """
    return refused_to(case, theatre, settlement, futures, (futures.weeks,))[0]


def refused_to(
    case: Case, theatre: Theatre, settlement: Settlement, futures: Futures, horizons: Sequence[int]
) -> list[dict[str, np.ndarray]]:
    """Outcomes of refusing, read at several horizons, weeks in rising order : name → ndarray[draw] each."""
    pressed, path = ultimatum(settlement), settlement.proposal.if_refused
    kept = fought_to(case, theatre, futures, horizons, pressed)
    if path is None or path == futures.reads["support"]:
        return kept
    cut = futures.with_support(path)
    cut_off = futures.reads.of(REFUSAL_LUCK) < futures.beliefs["support.cut_if_refused"]
    punished = fought_to(case, theatre, cut, horizons, pressed)
    return [
        {name: np.where(cut_off, other[name], one[name]) for name in one}
        for one, other in zip(kept, punished, strict=True)
    ]


def answered(settlement: Settlement) -> bool:
    """Whether refusing an offer can cost anything at all."""
    return settlement.proposal.if_refused is not None or ultimatum(settlement)


def ultimatum(settlement: Settlement) -> bool:
    """Whether an answer is asked for by a day that has not lapsed, in a text that the defender did not write."""
    return settlement.imposed and settlement.deadline is not None


@node("refusal luck", kept=False)
def REFUSAL_LUCK(reads: Reads) -> np.ndarray:
    """Chance of how support answers a refusal : ndarray[draw], uniform; stream luck.refusal, a key a belief set."""
    streams = Streams(reads["seed"])
    pool = [streams.rng("luck.refusal", one).random(FUTURES) for one in range(reads["sets"])]
    return seen(reads, np.concatenate(pool))


def accept(
    case: Case,
    theatre: Theatre,
    settlement: Settlement,
    futures: Futures,
    signing: Signing = Signing(),
) -> dict[str, np.ndarray]:
    """Outcomes of accepting a proposal, in the units of OUTCOMES : name → ndarray[draw]; now, unless `signing` says
    otherwise."""
    return accepted_to(case, theatre, settlement, futures, (futures.weeks,), signing)[0]


def accepted_to(
    case: Case,
    theatre: Theatre,
    settlement: Settlement,
    futures: Futures,
    horizons: Sequence[int],
    signing: Signing = Signing(),
) -> list[dict[str, np.ndarray]]:
    """Outcomes of accepting, read at several horizons, weeks in rising order : name → ndarray[draw] each."""
    decides = truce_decision(case, theatre, settlement, futures, signing)
    promised = bool(decides.credibility.any())
    pressed = signing.week > 0 and ultimatum(settlement)
    raw = live_to(
        horizons,
        signing.week,
        war_inputs(futures, pressed=pressed),
        decides,
        renewal_inputs(futures, terms_signed(case, settlement, signing), promised=promised),
        luck_inputs(futures),
    )
    after = None if signing.on_line_reached else settlement
    return [_outcomes(theatre, futures, one, after) for one in raw]


def truce_decision(
    case: Case,
    theatre: Theatre,
    settlement: Settlement,
    futures: Futures,
    signing: Signing = Signing(),
) -> Decision:
    """The challenger's weekly decision under a settlement signed now, or as `signing` says."""
    guarantee = signing.guarantee or settlement.guarantee
    credibility = signing.credibility
    if credibility is None:
        credibility = credibility_for(case, settlement, futures, guarantee=guarantee, signed=signing.week)
    written = terms_signed(case, settlement, signing)
    return decision_from(case, theatre, futures, written, guarantee, credibility)


def terms_signed(case: Case, settlement: Settlement, signing: Signing) -> TruceTerms:
    """The settlement's terms, or those signed in their place; no belt is lost on the line reached."""
    written = signing.terms or truce_terms(case, settlement)
    return written._replace(belt_lost=False) if signing.on_line_reached else written


def truce_terms(case: Case, settlement: Settlement) -> TruceTerms:
    """The terms' part in the hazard; a cap counts only where the case gives the defender's present strength."""
    share = np.inf
    if settlement.force_cap is not None and case.defender.persons:
        share = settlement.force_cap / case.defender.persons
    return TruceTerms(
        belt_lost=bool(settlement.belts_lost),
        zone=settlement.has_zone,
        monitored=settlement.monitored,
        imposed=settlement.imposed,
        relief=settlement.snap_back and settlement.sanctions_relief != "none",
        cap_share=share,
    )


def credibility_for(
    case: Case,
    settlement: Settlement,
    futures: Futures,
    *,
    guarantee: Guarantee | None = None,
    base: np.ndarray | None = None,
    signed: int = 0,
) -> np.ndarray:
    """The guarantee's credibility path as the case describes it : ndarray[draw, week], probability.

    guarantee : in place of the settlement's own; base : ndarray[draw], in place of what the futures hold of it, on the
    scale of `Guarantee.stated`; signed : week of signature
    """
    guarantee = guarantee or settlement.guarantee
    if guarantee is None:
        return np.zeros((futures.draws, futures.weeks))
    ceded = bool(settlement.belts_lost)
    if base is None and guarantee in case.guarantees:
        return futures.reads.of(CREDIBLE(guarantee.id, "ceded" if ceded else "kept", str(signed)))
    return _credibility(futures, guarantee, base, ceded, signed)


@node("credibility", kept=False)
def CREDIBLE(reads: Reads, guarantee: str, ceded: str, signed: str) -> np.ndarray:
    """A guarantee's credibility under terms that cede defences or not, signed in a week : ndarray[draw, week]."""
    case: Case = reads["case"]
    own = next(one for one in case.guarantees if one.id == guarantee)
    return _credibility(Futures(reads), own, None, ceded == "ceded", int(signed))


def _credibility(
    futures: Futures, guarantee: Guarantee, base: np.ndarray | None, ceded: bool, signed: int
) -> np.ndarray:
    at_signature = guarantee.stated
    if base is None:
        base, at_signature = pledged(futures, guarantee)
    promise = Promise(guarantee, base, futures.case.as_of, at_signature, ceded, signed)
    luck = PromiseLuck(futures.luck.crisis_luck, futures.pledge_luck)
    return model_of(futures.reads, CREDIBILITY).paths(promise, futures.beliefs, luck)


def pledged(futures: Futures, guarantee: Guarantee) -> tuple[np.ndarray, bool]:
    """What the futures hold of a guarantee : ndarray[draw], probability, and whether it is the chance at signature: it
    is where that is stated or held, else the record of promises."""
    name = credibility_belief(guarantee.id)
    if name in futures.beliefs:
        return futures.beliefs[name], True
    return futures.beliefs[pledge_belief(guarantee.id)], False


def wanted_share(case: Case, theatre: Theatre, ground: Ground, futures: Futures) -> np.ndarray:
    """Worth of the ground that two years of renewed war would take, over that of as much wanted ground :
    ndarray[aim, draw].

    The part that is wanted is read off the fronts simulated from the line at the gain expected; the mean over a
    belief set's trajectories is what a challenger can know. Ground it does not want counts `truce.other_value`, as
    something to trade, as long as there is wanted ground left to trade it for.
    """
    return np.repeat(futures.reads.of(WANTED(name_of_holder(ground.holder))), futures.each, axis=1)


@node("wanted")
def WANTED(reads: Reads, holder: str) -> np.ndarray:
    """The worth of what renewed war would take from a line, a ratio to as much wanted ground : ndarray[aim, set]."""
    case: Case = reads["case"]
    whole = Futures(reads.under({"futures": FUTURES}))
    here = reads.of(THEATRE).ground
    held = holder_of(holder, len(here.cell))
    # Only the rule that the nearest falls first asks how far a cell is from the line, which takes long to find.
    nearest_first = reads.of(SPACE).fitted is None
    ground = here.with_holder(held) if nearest_first else replace(here, holder=held)
    wanted = [np.isin(ground.region, own) if own else np.ones(len(ground.km2), bool) for own in _wanted(case)]
    values = np.column_stack([*(ground.km2 * own for own in wanted), ground.km2])
    gain = np.maximum(whole.expected_gain, 1.0)
    taken = line_from(ground, whole).lost(values, gain)
    means = np.column_stack([whole.set_mean(taken[:, k]) for k in range(taken.shape[1])])
    share = np.clip(means[:, :-1] / np.maximum(means[:, -1:], 1e-9), 0.0, 1.0).T
    left = np.array([(ground.km2 * own)[ground.holder == 0].sum() for own in wanted])
    tradable = np.minimum(left[:, None] / gain[:: whole.each], 1.0)
    worth: np.ndarray = share + (1.0 - share) * tradable * reads["truce.other_value"]
    return worth


def _wanted(case: Case) -> list[tuple[str, ...]]:
    regions = wanted_regions(case)
    return [regions[aim] for aim in AIMS]


def exact_area(theatre: Theatre, cells: np.ndarray) -> float:
    """Area of `cells`, ndarray[cell] bool, scaled by region to the exact area of the region's unheld part, km²."""
    here = theatre.ground
    total = 0.0
    for region in np.unique(here.region[cells]):
        inside = here.region == region
        part = here.km2[inside & cells].sum()
        free = here.km2[inside & (here.holder == 0)].sum()
        total += part / free * theatre.km2_by_region_free.get(str(region), free)
    return total


def honoured_tempo(guarantee: Guarantee | None, futures: Futures) -> np.ndarray:
    """Tempo of renewed war that is left if the guarantee is honoured : ndarray[draw], share.

    The product over what the guarantee promises to do; a guarantor with discretion does a part of it, drawn evenly
    between nothing and all on a log scale (*assumption* of the developers).
    """
    left = np.ones(futures.draws)
    if guarantee is None or not guarantee.responses:
        return left
    for kind in guarantee.responses:
        left = left * futures.beliefs[f"truce.response_{kind}"]
    return left**futures.luck.discretion_luck if guarantee.discretion else left


def decision_from(
    case: Case,
    theatre: Theatre,
    futures: Futures,
    terms: TruceTerms,
    guarantee: Guarantee | None = None,
    credibility: np.ndarray | None = None,
) -> Decision:
    """The challenger's weekly decision under given terms.

    credibility : ndarray[draw], a probability; None: no guarantee

    What renewed war is worth is read off the present line whatever the terms hand over: whether ceded ground makes
    the next war likelier or less likely is the belief truce.belt_ceded, not a consequence of aims that are met.
    """
    wanted = wanted_share(case, theatre, theatre.ground, futures)
    nothing = np.zeros(futures.draws)
    leaving = nothing
    if terms.imposed:
        side = flows(futures.beliefs, "defender")
        extra = futures.beliefs["truce.morale_absence"] - 1.0
        leaving = extra * side.absence_rate * (1.0 - side.absence_return)
    promised = credibility is not None and bool(credibility.any())
    read = terms.zone or terms.monitored or terms.imposed
    challenge = Challenge(
        reading=futures.reading if read else np.zeros(futures.draws, dtype=np.int8),
        gain=futures.expected_gain,
        losses=futures.expected_losses,
        wanted=wanted[futures.aims, np.arange(futures.draws)],
        credibility=np.zeros((futures.draws, futures.weeks)) if credibility is None else credibility,
        honoured=honoured_tempo(guarantee if promised else None, futures),
        penalty=futures.beliefs["truce.honoured_cost"] if promised else nothing,
        leaving=leaving,
    )
    return model_of(futures.reads, BREAKDOWN).decision(terms, futures.beliefs, challenge)


@node("peace hazard", kept=False)
def PEACE_HAZARD(reads: Reads) -> np.ndarray:
    """Hazard that a peace breaks which came by itself on the present line, cumulated over its first five years :
    ndarray[draw, severity]."""
    theatre, futures = reads.of(THEATRE), Futures(reads)
    idle = decision_from(futures.case, theatre, futures, UNSIGNED)
    small, large = moved_at_signature(idle)
    return np.column_stack([idle.incident * small, idle.offensive * large, idle.war * large])


def war_inputs(futures: Futures, *, pressed: bool = False) -> War:
    """What the war is made of, for the compiled loop; the same for every course on the same futures.

    pressed : whether an ultimatum made now shakes the defender, which costs nothing to read where there is none
    """
    beliefs = futures.beliefs
    ones, none = np.ones(futures.draws), np.zeros(futures.draws)
    side, collapse = flows(beliefs, "defender"), futures.reads.of(COLLAPSE_HAZARD)
    return War(
        net=futures.net,
        factor=futures.reads.of(PRESSED).factor,
        claims=futures.claims,
        ratio=beliefs["losses.defender_per_attacker"],
        bleeding=futures.reads.of(PRESSED).bleeding,
        rate=np.repeat(collapse.rate, futures.each),
        raising=collapse.raising,
        speed=np.repeat(collapse.speed, futures.each),
        length=np.repeat(collapse.length, futures.each),
        kappa=np.repeat(collapse.kappa, futures.each),
        recruits=side.recruits / side.force,
        gone=side.absence_rate * (1.0 - side.absence_return),
        returned=side.wounded_return * (1.0 - side.killed_share),
        lag=np.clip(np.rint(side.return_weeks), 0, LONGEST_LAG).astype(np.int64),
        force=side.force,
        end_rate=np.repeat(futures.reads.of(END_RATE), futures.each),
        dead=beliefs["losses.attacker_killed_share"]
        + beliefs["losses.defender_per_attacker"] * side.killed_share,
        peace=futures.reads.of(PEACE_HAZARD),
        incident_dead=beliefs["truce.incident_dead"],
        offensive_dead=beliefs["truce.offensive_dead"],
        follow=beliefs["war.losses_follow_pace"],
        shaken=beliefs["truce.ultimatum_weeks"] if pressed else none,
        shock=beliefs["truce.morale_collapse"] if pressed else ones,
        absence=beliefs["truce.morale_absence"] if pressed else ones,
    )


def renewal_inputs(futures: Futures, terms: TruceTerms, *, promised: bool) -> Renewal:
    """How a war renewed after a truce on these terms differs, for the compiled loop.

    promised : whether a guarantor may act at all; its response has no delay to read where none may
    """
    beliefs = futures.beliefs
    ones = np.ones(futures.draws)
    return Renewal(
        tempo=beliefs["truce.renewed_tempo_belt_lost"] if terms.belt_lost else ones,
        shock=beliefs["truce.morale_collapse"] if terms.imposed else ones,
        absence=beliefs["truce.morale_absence"] if terms.imposed else ones,
        mobilisation=beliefs["truce.mobilisation_weeks"],
        warning=beliefs["truce.warning_weeks"],
        surprise=beliefs["truce.surprise_tempo"],
        response=beliefs["truce.response_weeks"] if promised else ones,
    )


def luck_inputs(futures: Futures) -> Luck:
    """Chance as the compiled loop takes it."""
    return Luck(
        futures.collapse_luck,
        futures.luck.breakdown_luck,
        futures.luck.honour_luck,
        futures.luck.end_luck,
        futures.luck.peace_luck,
    )


def _outcomes(
    theatre: Theatre, futures: Futures, raw: Lived, settlement: Settlement | None
) -> dict[str, np.ndarray]:
    """Read what the course came to off the ground: what had fallen before signature, the hand-over, what fell after.

    Ground taken before signature that the terms hand over anyway counts once; what was taken elsewhere is so much of
    the way along the new line's falls.
    """
    here = theatre.ground
    belt = np.where(here.belt != "", here.km2, 0.0)
    measured = np.column_stack([here.km2, theatre.people, belt])
    signed = raw.signed > 0
    start = line_from(here, futures)
    if settlement is None:  # one line throughout: gains before and after signature follow one another
        top = np.maximum(raw.top_before, np.where(signed, raw.net_signed + raw.top_after, 0.0))
        lost = start.lost(measured, top)
        km2 = raw.net_km2
    else:
        given = settlement.given_up[:, None] * measured
        # What the other side is to give back it may keep: the expected part of it counts.
        back = (settlement.returned[:, None] * measured).sum(axis=0) * _carried_out(futures, settlement)[
            :, None
        ]
        before = start.lost(np.column_stack([measured, given]), raw.top_before)
        # What fell is counted in cells, a gain in km² of average ground; the share of the one is read into the other.
        inside = before[:, 3] / np.maximum(before[:, 0], 1e-9)
        taken = np.minimum(inside * raw.top_before, exact_area(theatre, settlement.given_up))
        elsewhere = raw.top_before - taken
        after = line_from(settlement.ground_after, futures).lost(measured, elsewhere + raw.top_after)
        still = exact_area(theatre, settlement.given_up) - taken
        lost = np.where(signed[:, None], after + given.sum(axis=0) - back, before[:, :3])
        km2 = raw.net_km2 + np.where(signed, still - back[:, 0], 0.0)
    belt_now = float(belt[here.holder == 0].sum())
    return {
        # A gain knows no border; what the defender holds ends where it holds nothing.
        "km2_held": np.maximum(theatre.km2_held - km2, 0.0),
        "people_held": theatre.people_held - lost[:, 1],
        "belt_held": 1.0 - lost[:, 2] / belt_now if belt_now else np.ones(futures.draws),
        "defender_losses": raw.defender_losses,
        "challenger_losses": raw.challenger_losses,
        "weeks_of_war": raw.weeks_of_war,
        "collapsed": (raw.collapses > 0).astype(float),
        "truce_holds": raw.silent,
        "truce_broken": (raw.broke_week >= 0).astype(float),
        "offensives": raw.offensives,
        "incidents": raw.incidents,
        "guarantee_failed": (raw.honoured == 0.0).astype(float),
        "people_occupied": np.maximum(lost[:, 1], 0.0),
        "strikes": raw.weeks_of_war * np.repeat(futures.reads.of(STRIKES), futures.each),
        "recognised": raw.signed * RECOGNISED[settlement.recognition if settlement is not None else "none"],
        "alliance_barred": raw.signed
        * float(settlement is not None and "ban" in settlement.alliances.values()),
    }


def _carried_out(futures: Futures, settlement: Settlement) -> np.ndarray:
    """Chance that the other side leaves what it is to leave : ndarray[draw]; 1 where it is to leave nothing."""
    if not settlement.returned.any():
        return np.ones(futures.draws)
    return futures.beliefs["truce.withdrawal_done"]


@node("course")
def COURSE(reads: Reads, course: str) -> Outcomes:
    """Outcomes of fighting on, of accepting a proposal, or of refusing one (`refused`) : name → ndarray[draw]."""
    return read_at(reads, course, (reads["weeks"],))[0]


@node("far course")
def FAR_COURSE(reads: Reads, course: str) -> list[Outcomes]:
    """The same read at FAR_YEARS, on the first FAR_FUTURES of every belief set."""
    few = reads.under({"futures": min(reads["futures"], FAR_FUTURES)})
    return read_at(few, course, weeks_of(FAR_YEARS))


def weeks_of(years: Sequence[float]) -> list[int]:
    """Whole weeks of horizons in years; five are the usual 260 weeks."""
    return [round(one * HORIZON_WEEKS / 5) for one in years]


def read_at(reads: Reads, course: str, weeks: Sequence[int]) -> list[Outcomes]:
    """Outcomes of a course at several horizons, weeks in rising order : name → ndarray[draw] each."""
    case: Case = reads["case"]
    theatre, futures = reads.of(THEATRE), Futures(reads)
    if course == FIGHT_ON:
        return list(fought_to(case, theatre, futures, weeks))
    offer = reads.of(SETTLEMENT(course.removeprefix(REFUSE)))
    if course.startswith(REFUSE):
        return list(refused_to(case, theatre, offer, futures, weeks))
    week = int(dict(reads["levers"]).get(SIGN_WEEK, 0))
    return list(accepted_to(case, theatre, offer, futures, weeks, Signing(week=week)))


def refused(proposal: str) -> str:
    """Name of the course of refusing a proposal."""
    return f"{REFUSE}{proposal}"
