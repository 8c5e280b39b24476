"""Stage three, second half: whether a truce on each proposal holds, why, what follows if not, and when to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.debate import Values
from contactline.case.pledges import Guarantee
from contactline.case.quantities import HOLD_WEEKS
from contactline.case.schema import Case
from contactline.choice.held import FUTURES_HELD
from contactline.choice.verdict import advantage, default_values
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.courses import (
    OUTCOMES,
    Runs,
    Signing,
    accept,
    credibility_for,
    fight_on,
    truce_decision,
    truce_terms,
    wanted_share,
)
from contactline.engine.futures import Futures
from contactline.engine.ground import Front
from contactline.engine.run import Run
from contactline.topics.quantiles import spread
from contactline.topics.truce import schema
from contactline.topics.truce.schema import DETERRENCE, IF_BROKEN, MORALE, OWN_FORCES, SEVERITY, TIMING, TRUCE
from contactline.truce.aims import AIMS, maximal_chance
from contactline.truce.breakdown import (
    READINGS,
    Decision,
    cumulated_hazard,
    cumulated_incidents,
    deterring_credibility,
    enough_strength,
    five_year_shares,
)
from contactline.truce.guarantee import base_credibility, signature_chance
from contactline.truce.terms import Settlement

NO_GUARANTEE = "none"
SIGN_WEEKS = (0, 26, 52, 104)
STRENGTHS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
SHOWN_IF_BROKEN = ("km2_held", "people_held", "belt_held", "defender_losses", "weeks_of_war", "collapsed")
READING_NAMES = {
    "fortna": "strong agreements last (Fortna)",
    "werner_yuen": "pressed terms fail (Werner and Yuen)",
    "lo_hashimoto_reiter": "neither shows (Lo, Hashimoto and Reiter)",
}


@dataclass(frozen=True)
class Variant:
    """A settlement as written, or with one thing changed. guarantee : id of the one it then carries; at_signature :
    ndarray[draw], chance that the guarantor acts if the truce is broken at once."""

    label: str
    guarantee: str
    decision: Decision
    at_signature: np.ndarray


def truce_tables(
    case: Case,
    front: Front,
    futures: Futures,
    settlements: Mapping[str, Settlement],
    runs: Runs,
    streams: Streams,
) -> Tables:
    """Tables truce, severity, readings, aims, deterrence, own_forces, if_broken, timing and morale.

    runs : course id → outcome → ndarray[draw], with fight_on and every proposal accepted now. What compares variants
    does so on the first futures of every belief set, where luck is the same in all.
    """
    few = futures.thinned(FUTURES_HELD)
    first = {
        course: {
            name: values.reshape(futures.sets, -1)[:, : few.each].ravel() for name, values in run.items()
        }
        for course, run in runs.items()
    }
    return made(
        {
            TRUCE: truce_table(case, front, futures, settlements, streams),
            SEVERITY: severity_table(case, front, few, settlements),
            schema.READINGS: readings_table(case, front, few, settlements),
            schema.AIMS: aims_table(case, front, few, settlements, streams),
            DETERRENCE: deterrence_table(case, front, few, settlements),
            OWN_FORCES: own_forces_table(case, front, few, settlements),
            IF_BROKEN: broken_table(case, settlements, runs),
            TIMING: timing_table(case, front, few, settlements, first, streams),
            MORALE: morale_table(case, front, few, settlements, first, streams),
        }
    )


def variants(
    case: Case, front: Front, futures: Futures, settlement: Settlement, streams: Streams
) -> dict[str, Variant]:
    """The settlement as written, and with one thing changed."""
    theatre, terms = front.theatre, truce_terms(case, settlement)

    ceded, nobody = bool(settlement.belts_lost), np.zeros(futures.draws)
    acts = nobody if settlement.guarantee is None else futures.at_signature(settlement.guarantee, ceded)

    carried = guarantee_of(settlement)

    def varied(label: str, signing: Signing, chance: np.ndarray = acts, promise: str = carried) -> Variant:
        return Variant(label, promise, truce_decision(case, theatre, settlement, futures, signing), chance)

    found = {"as_written": varied("as written", Signing())}
    nothing = np.zeros((futures.draws, futures.weeks))
    if settlement.guarantee is not None:
        found["no_guarantee"] = varied(
            "without the guarantee", Signing(credibility=nothing), nobody, NO_GUARANTEE
        )
    stationed = with_troops(case, settlement)
    if stationed is not None:
        base = np.repeat(base_credibility(stationed, futures.sets, streams), futures.each)
        path = credibility_for(case, settlement, futures, guarantee=stationed, base=base)
        chance = base
        if not stationed.stated:
            chance = signature_chance(base, futures.beliefs, stationed, futures.pledge_luck, ceded)
        found["troops"] = varied(
            "with the guarantor's troops in the country",
            Signing(guarantee=stationed, credibility=path),
            chance,
            stationed.id,
        )
    if terms.belt_lost:
        kept = terms._replace(belt_lost=False)
        found["belt_kept"] = varied("with the belt kept", Signing(terms=kept, on_line_reached=True))
    if np.isfinite(terms.cap_share):
        found["no_cap"] = varied("without a cap on forces", Signing(terms=terms._replace(cap_share=np.inf)))
    if terms.imposed:
        found["agreed"] = varied("if nobody pressed for it", Signing(terms=terms._replace(imposed=False)))
    return found


def guarantee_of(settlement: Settlement) -> str:
    """Id of the guarantee that a settlement carries, or "none"."""
    return settlement.guarantee.id if settlement.guarantee else NO_GUARANTEE


def with_troops(case: Case, settlement: Settlement) -> Guarantee | None:
    """The settlement's guarantee with troops stationed; where it has none, the case's own guarantee with troops."""
    given = settlement.guarantee
    if given is not None:
        if given.troops:
            return None
        responses = tuple(dict.fromkeys(("troops", *given.responses)))
        return given.model_copy(update={"troops": True, "responses": responses})
    return next((guarantee for guarantee in case.guarantees if guarantee.troops), None)


def truce_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement], streams: Streams
) -> pd.DataFrame:
    """Chance that each truce holds, as written and in variants that change one thing.

    `p_hold_<weeks>` is the mean over all draws; its `_q10` and `_q90` are over belief sets, so they show how far
    beliefs, not luck, move it.
    """
    rows: list[dict[str, object]] = []
    for name, settlement in settlements.items():
        for variant, found in variants(case, front, futures, settlement, streams).items():
            hold = _hold(found.decision)
            row: dict[str, object] = {
                "proposal": name, "name": settlement.proposal.name, "variant": variant, "label": found.label,
                "guarantee": found.guarantee,
            }  # fmt: skip
            for weeks in HOLD_WEEKS:
                sets = futures.set_mean(hold[weeks])
                row |= {
                    f"p_hold_{weeks}": float(sets.mean()),
                    f"p_hold_{weeks}_q10": float(np.quantile(sets, 0.1)),
                    f"p_hold_{weeks}_q90": float(np.quantile(sets, 0.9)),
                }
            chance = futures.set_mean(found.at_signature)
            rows.append(
                row | {"credibility_mean": float(chance.mean())} | dict(spread(chance, "credibility"))
            )
    return pd.DataFrame(rows)


def severity_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement]
) -> pd.DataFrame:
    """Chance that each truce as written stays free of breaks of a severity or a worse one, beside history alone."""
    rows: list[dict[str, object]] = []
    for name, settlement in settlements.items():
        d = truce_decision(case, front.theatre, settlement, futures)
        plain = five_year_shares(d.shape, max(HOLD_WEEKS)).cumsum(axis=1)
        war, small = cumulated_hazard(d, max(HOLD_WEEKS)), cumulated_incidents(d, max(HOLD_WEEKS))
        large = war * (d.offensive / np.maximum(d.war, 1e-12))[:, None]
        moved = {"incident": small + large + war, "offensive": large + war, "war": war}
        usual = {"incident": d.incident + d.offensive + d.war, "offensive": d.offensive + d.war, "war": d.war}
        for severity, cumulated in moved.items():
            for weeks in HOLD_WEEKS:
                none = futures.set_mean(np.exp(-cumulated[:, weeks - 1]))
                rows.append(
                    {"proposal": name, "name": settlement.proposal.name, "severity": severity, "weeks": float(weeks),
                     "p_none": float(none.mean()), "p_none_q10": float(np.quantile(none, 0.1)),
                     "p_none_q90": float(np.quantile(none, 0.9)),
                     "p_history": float(np.exp(-usual[severity] * plain[:, weeks - 1]).mean())}
                )  # fmt: skip
    return SEVERITY.frame(rows)


def readings_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement]
) -> pd.DataFrame:
    """Chance that each truce holds under each published reading of what makes peace last."""
    rows = []
    for name, settlement in settlements.items():
        path = credibility_for(case, settlement, futures)
        for k, reading in enumerate(READINGS):
            held = futures.holding(reading=k)
            found = truce_decision(case, front.theatre, settlement, held, Signing(credibility=path))
            hold = _hold(found)
            rows.append(
                {"proposal": name, "name": settlement.proposal.name, "reading": reading,
                 "label": READING_NAMES[reading]}
                | {f"p_hold_{weeks}": float(hold[weeks].mean()) for weeks in HOLD_WEEKS}
            )  # fmt: skip
    return pd.DataFrame(rows)


def aims_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement], streams: Streams
) -> pd.DataFrame:
    """How likely each aim is, step by step, and under each settlement what it wants, does, and makes of the verdict.

    `share_accept` is the share of belief sets in which the defender's default viewpoint prefers accepting to fighting
    on if the aims are known to be these.
    """
    steps = {
        name: float(chance.mean()) for name, chance in maximal_chance(case.conduct, futures.beliefs).items()
    }
    labels: dict[str, str] = {aim.id: aim.label for aim in case.conduct.aims} if case.conduct else {}
    values = default_values(case, case.defender.id)
    known = [futures.holding(aims=k) for k in range(len(AIMS))]
    fought = [fight_on(case, front.theatre, held) for held in known]
    rows = []
    for name, settlement in settlements.items():
        wanted = wanted_share(case, front.theatre, settlement.ground_after, futures)
        path = credibility_for(case, settlement, futures)
        for k, (aim, held) in enumerate(zip(AIMS, known, strict=True)):
            hold = _hold(truce_decision(case, front.theatre, settlement, held, Signing(credibility=path)))
            run = accept(case, front.theatre, settlement, held, Signing(credibility=path))
            rows.append(
                {
                    "proposal": name, "name": settlement.proposal.name, **_whose(values), "aim": aim,
                    "label": labels.get(aim, aim), "p_aim": float(np.mean(futures.aims == k)),
                    "p_maximal_prior": steps["prior"], "p_maximal_record": steps["record"],
                    "p_maximal_demands": steps["demands"], "wanted": float(wanted[k].mean()),
                    "share_accept": float(np.mean(advantage(values, run, fought[k], held, streams) > 0)),
                }
                | {f"p_hold_{weeks}": float(hold[weeks].mean()) for weeks in HOLD_WEEKS}
            )  # fmt: skip
    return pd.DataFrame(rows)


def deterrence_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement]
) -> pd.DataFrame:
    """Value over cost of renewed war at signature, and the credibility or strength from which it stops paying."""
    rows: list[dict[str, object]] = []
    for name, settlement in settlements.items():
        path = credibility_for(case, settlement, futures)
        for k, aim in enumerate(AIMS):
            held = futures.holding(aims=k)
            found = truce_decision(case, front.theatre, settlement, held, Signing(credibility=path))
            ratio = np.exp(found.log_ratio)
            needed = deterring_credibility(ratio, found.honoured, found.penalty)
            row: dict[str, object] = {
                "proposal": name, "name": settlement.proposal.name, "guarantee": guarantee_of(settlement), "aim": aim,
                "p_pays": float(np.mean(ratio > 1.0)), "p_beyond_guarantee": float(np.mean(needed > 1.0)),
                "p_deterred": float(np.mean(found.credibility[:, 0] >= needed)),
            }  # fmt: skip
            row |= spread(ratio, "ratio") | spread(needed, "credibility")
            rows.append(row | spread(enough_strength(ratio, found.eta), "strength"))
    return pd.DataFrame(rows)


def own_forces_table(
    case: Case, front: Front, futures: Futures, settlements: Mapping[str, Settlement]
) -> pd.DataFrame:
    """The defender's own forces as guarantee: chance to hold five years by the size they settle at, with and without
    the guarantee."""
    rows = []
    nothing = np.zeros((futures.draws, futures.weeks))
    for name, settlement in settlements.items():
        written = truce_decision(case, front.theatre, settlement, futures)
        bare = truce_decision(case, front.theatre, settlement, futures, Signing(credibility=nothing))
        for strength in STRENGTHS:
            level = np.full(len(written.war), strength)
            hold = [
                float(np.exp(-cumulated_hazard(d._replace(peacetime=level), max(HOLD_WEEKS))[:, -1]).mean())
                for d in (written, bare)
            ]
            rows.append(
                {"proposal": name, "name": settlement.proposal.name, "guarantee": guarantee_of(settlement),
                 "strength": float(strength), "p_hold": hold[0], "p_hold_no_guarantee": hold[1]}
            )  # fmt: skip
    return pd.DataFrame(rows)


def broken_table(case: Case, settlements: Mapping[str, Settlement], runs: Runs) -> pd.DataFrame:
    """Outcomes at the horizon where the truce broke and where it held, beside fighting on."""
    rows: list[dict[str, object]] = []
    fighting = runs["fight_on"]
    for name, settlement in settlements.items():
        broke = runs[name]["truce_broken"] > 0
        for outcome in SHOWN_IF_BROKEN:
            label, unit = OUTCOMES[outcome]
            parts = {
                "broken": runs[name][outcome][broke], "held": runs[name][outcome][~broke],
                "fight_on": fighting[outcome],
            }  # fmt: skip
            for which, values in parts.items():
                found = {q: float(np.quantile(values, p)) if len(values) else np.nan
                         for q, p in (("q10", 0.1), ("q50", 0.5), ("q90", 0.9))}  # fmt: skip
                rows.append(
                    {"proposal": name, "name": settlement.proposal.name, "outcome": outcome, "label": label,
                     "unit": unit, "which": which, "share": float(len(values) / len(broke)),
                     "mean": float(values.mean()) if len(values) else np.nan}
                    | found
                )  # fmt: skip
    return pd.DataFrame(rows)


def timing_table(
    case: Case,
    front: Front,
    futures: Futures,
    settlements: Mapping[str, Settlement],
    runs: Runs,
    streams: Streams,
) -> pd.DataFrame:
    """Sign now, or fight for some weeks first, on the same terms or on the line then reached.

    Value is that of the defender's default viewpoint, middle weights, over fighting on; `p_better_than_now` is the
    share of belief sets in which waiting is worth more than signing now. `offer_must_survive` is the chance that the
    offer must have of still being there for waiting to be as good as signing now, if fighting on is what is left
    without it: 0 where waiting cannot lose, missing where it loses even if the offer is sure to stay.
    """
    values = default_values(case, case.defender.id)
    rows = []
    for name, settlement in settlements.items():
        now = advantage(values, runs[name], runs["fight_on"], futures, streams, middle=True)
        for week in SIGN_WEEKS:
            for reached in (False, True):
                if week == 0 and reached:
                    continue
                signing = Signing(week=week, on_line_reached=reached)
                run = runs[name] if week == 0 else accept(case, front.theatre, settlement, futures, signing)
                value = advantage(values, run, runs["fight_on"], futures, streams, middle=True)
                rows.append(
                    {
                        "proposal": name, "name": settlement.proposal.name, **_whose(values), "week": week,
                        "terms": "line_reached" if reached else "same",
                        "value": float(value.mean()), "value_q10": float(np.quantile(value, 0.1)),
                        "value_q90": float(np.quantile(value, 0.9)),
                        "p_better_than_now": float(np.mean(value > now)) if week else np.nan,
                        "p_better_than_fighting": float(np.mean(value > 0)),
                        "offer_must_survive": _must_survive(float(now.mean()), float(value.mean())) if week else np.nan,
                        "km2_held": float(run["km2_held"].mean()),
                        "defender_losses": float(run["defender_losses"].mean()),
                        "truce_holds": float(run["truce_holds"].mean()),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def morale_table(
    case: Case,
    front: Front,
    futures: Futures,
    settlements: Mapping[str, Settlement],
    runs: Runs,
    streams: Streams,
) -> pd.DataFrame:
    """What the assumed morale shock of imposed terms does: as believed, switched off, and at its upper tenth."""
    names = ("truce.morale_collapse", "truce.morale_absence")
    high = {name: float(np.quantile(futures.beliefs[name], 0.9)) for name in names}
    values = default_values(case, case.defender.id)
    rows = []
    for name, settlement in settlements.items():
        if not settlement.imposed:
            continue
        for setting in ("believed", "off", "strong"):
            changed = futures
            if setting != "believed":
                for belief in names:
                    changed = changed.with_belief(belief, 1.0 if setting == "off" else high[belief])
            run = runs[name] if setting == "believed" else accept(case, front.theatre, settlement, changed)
            gain = advantage(values, run, runs["fight_on"], futures, streams)
            broke = run["truce_broken"] > 0
            rows.append(
                {
                    "proposal": name, "name": settlement.proposal.name, **_whose(values), "setting": setting,
                    "share_accept": float(np.mean(gain > 0)), "truce_holds": float(run["truce_holds"].mean()),
                    "collapsed_if_broken": float(run["collapsed"][broke].mean()) if broke.any() else np.nan,
                    "km2_held_if_broken": float(run["km2_held"][broke].mean()) if broke.any() else np.nan,
                }
            )  # fmt: skip
    return MORALE.frame(rows)


def _whose(values: Values) -> dict[str, str]:
    """Whose values a row speaks of."""
    return {"actor": values.actor, "viewpoint": values.viewpoint}


def _hold(d: Decision) -> dict[int, np.ndarray]:
    """Weeks → chance that the truce still holds after them : ndarray[draw]."""
    cumulated = cumulated_hazard(d, max(HOLD_WEEKS))
    return {weeks: np.exp(-cumulated[:, weeks - 1]) for weeks in HOLD_WEEKS}


def _must_survive(now: float, later: float) -> float:
    """Chance p of the offer that makes p·later + (1 − p)·0 equal to now; values are over fighting on."""
    if now <= 0.0:
        return 0.0 if later >= now else np.nan
    return now / later if later >= now else np.nan


@node("tables.truce")
def TRUCE_TABLES(reads: Reads) -> Tables:
    """Tables of whether a truce on each proposal holds."""
    run = Run(reads)
    return truce_tables(run.case, run.front, run.futures, run.settlements, run.runs, run.streams)
