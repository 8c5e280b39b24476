"""The compiled loop that lives one course of action week by week, one trajectory after another.

A trajectory is FIGHTING, in a TRUCE on terms, or in a peace that came by itself. Every random number comes in from
outside and is shared by all courses, so two courses differ only by what they do. Kept to one function body: helpers
that take arrays pay reference counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from contactline.core.blocks import in_blocks
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.truce.breakdown import (
    LEAST_STRENGTH,
    Decision,
    clock_of,
    deterrence,
    moved,
    rebuilt_shares,
    standing,
    truce_strength,
)

NEVER = -1
"""Week of signature of a course that accepts nothing."""
REPEATED = 104
"""Beyond the weeks that were drawn a trajectory goes through its last two years again and again: *assumption*."""
YEAR_LATER = 1.0 / 1.035
"""What a loss a year later counts, beyond the weeks that were drawn: 3.5% a year (HM Treasury, The Green Book 2022)."""


class Lived(NamedTuple):
    """What a course came to, ndarray[draw] each.

    net_km2 : km² gained in all; top_before : largest cumulated gain until signature (or in all, if none); top_after :
    largest gain after signature, over that at signature; net_signed : km² gained at signature
    challenger_losses, defender_losses : killed and wounded; weeks_of_war; collapses : number
    broke_week : week in which war broke out in a truce, −1 if none; incidents, offensives : expected number of each
    under a truce or a peace; honoured : 1 invoked and honoured, 0 invoked and not, −1 not invoked
    silent : 1 if the guns are silent at the horizon; signed : 1 if the terms were signed
    strength_least : the defender's least strength over today's
    """

    net_km2: np.ndarray
    top_before: np.ndarray
    top_after: np.ndarray
    net_signed: np.ndarray
    challenger_losses: np.ndarray
    defender_losses: np.ndarray
    weeks_of_war: np.ndarray
    collapses: np.ndarray
    broke_week: np.ndarray
    honoured: np.ndarray
    silent: np.ndarray
    signed: np.ndarray
    strength_least: np.ndarray
    incidents: np.ndarray
    offensives: np.ndarray


class War(NamedTuple):
    """What the war is made of, shared by all courses.

    net : [draw, week] km² gained by the challenger a week while fighting; factor : [set, week] support's factor on it
    claims : [draw, week] attacker's killed and wounded a week of fighting; ratio : [draw] defender's per attacker's;
    bleeding : [set, week] support's factor on the defender's losses; rate : [draw] collapses a week; raising : [set,
    week] support's factor on that rate. The draws of a set stand together.
    speed, length : [draw] of a collapse; kappa : [draw] log rate of collapses per unit of the defender's strength lost
    recruits, gone, returned : [draw] weekly flows of the defender's force over its size today: recruits, absent for
    good, and the share of losses that comes back; lag : [draw] int, weeks until it does; force : [draw] persons today
    eta : [draw] log tempo per log of the defender's strength, in renewed war
    dead : [draw] killed of both sides per loss of the attacker
    end_rate : [draw] chance a week that fighting ends on the line then reached; peace : [draw, severity] hazard that
    such a peace breaks, cumulated over its first five years
    incident_dead, offensive_dead : [draw] killed of both sides in each; follow : [draw] elasticity of renewed war's
    losses to its pace
    shaken : [draw] weeks of fighting from now in which an ultimatum shakes the defender, by `shock` on the rate of
    collapses and `absence` on absences : [draw]
    """

    net: np.ndarray
    factor: np.ndarray
    claims: np.ndarray
    ratio: np.ndarray
    bleeding: np.ndarray
    rate: np.ndarray
    raising: np.ndarray
    speed: np.ndarray
    length: np.ndarray
    kappa: np.ndarray
    recruits: np.ndarray
    gone: np.ndarray
    returned: np.ndarray
    lag: np.ndarray
    force: np.ndarray
    dead: np.ndarray
    end_rate: np.ndarray
    peace: np.ndarray
    incident_dead: np.ndarray
    offensive_dead: np.ndarray
    follow: np.ndarray
    shaken: np.ndarray
    shock: np.ndarray
    absence: np.ndarray


class Renewal(NamedTuple):
    """How a war renewed after a broken truce differs, ndarray[draw] each.

    tempo : factor on gains from the line that the terms left; shock : factor on the rate of collapses
    absence : factor on absences; recruits are divided by it; mobilisation, warning, response : weeks
    surprise : factor on gains until the defender has mobilised
    """

    tempo: np.ndarray
    shock: np.ndarray
    absence: np.ndarray
    mobilisation: np.ndarray
    warning: np.ndarray
    surprise: np.ndarray
    response: np.ndarray


class Luck(NamedTuple):
    """Chance, shared by all courses; exponentials of mean one, honour uniform.

    collapse : ndarray[draw, spell]; breakdown, honour, end, peace : ndarray[draw]
    """

    collapse: np.ndarray
    breakdown: np.ndarray
    honour: np.ndarray
    end: np.ndarray
    peace: np.ndarray


BLOCK = 500
"""Draws a piece of work; the result is the same whatever the blocks and threads."""


def live(sign_week: int, war: War, truce: Decision, renewal: Renewal, luck: Luck) -> Lived:
    """One course, blocks of draws side by side on threads.

    sign_week : week in which the terms are signed (0: now), NEVER for fighting on. A war that has ended by itself by
    then signs nothing.
    """
    return live_to([war.net.shape[1]], sign_week, war, truce, renewal, luck)[0]


def live_to(
    horizons: Sequence[int], sign_week: int, war: War, truce: Decision, renewal: Renewal, luck: Luck
) -> list[Lived]:
    """The same read at several horizons, weeks in rising order. Beyond the weeks of `war.net` its last REPEATED come
    again, support and credibility stay as they then are, and losses are discounted (YEAR_LATER)."""
    draws, ends = len(war.net), np.asarray(horizons, dtype=np.int64)
    lived = Lived(*(np.zeros((len(ends), draws)) for _ in Lived._fields))
    each = draws // len(war.factor)
    clock, own = clock_of(truce.shape, int(ends[-1]))

    def block(rows: range) -> None:
        _live(rows.start, rows.stop, each, sign_week, war, truce, renewal, luck, clock, own, ends, lived)

    in_blocks(block, draws, BLOCK)
    return [Lived(*(part[k] for part in lived)) for k in range(len(ends))]


@njit(cache=True, nogil=True, error_model="numpy")
def _live(
    first: int, last: int, each: int, sign_week: int, war: War, truce: Decision, renewal: Renewal, luck: Luck,
    clock: np.ndarray, own: np.ndarray, ends: np.ndarray, out: Lived,
) -> None:  # fmt: skip
    """Live draws first to last − 1 into `out`, [horizon, draw]; each : draws of a belief set; clock, own : as clock_of
    gives them; ends : weeks of the horizons."""
    weeks, final = war.net.shape[1], ends[-1]
    spells = luck.collapse.shape[1]
    done = rebuilt_shares(final)
    for d in range(first, last):
        s = d // each
        wounded = np.empty(final)
        fighting, ended, signed, may_end = True, False, False, True
        net = top = base = top_before = attacker = defender = 0.0
        war_weeks = spell = age = quiet = renewed = horizon = 0
        to_break = to_collapse = to_end = to_peace = incidents = offensives = 0.0
        collapse_left = 0.0
        strength = least = at_signature = 1.0
        broke, acted = -1.0, -1.0
        log_rebuilt = sent_home = home = 0.0
        help_ = worth = 1.0
        known = deterred = 0.0  # credibility changes in few weeks, so its logs are kept until it does
        grave = math.exp(truce.ceded[d])
        before = war.claims[d, 0] * war.ratio[d] * war.bleeding[s, 0]
        for week in range(final):
            w = week
            if week >= weeks:
                w = weeks - REPEATED + (week - weeks) % REPEATED if weeks > REPEATED else week % weeks
                worth = YEAR_LATER ** ((week - weeks) / WEEKS_PER_YEAR)
            still = min(week, weeks - 1)
            if week == sign_week and not ended:
                signed, fighting = True, False
                base = net
                top_before = top
                top = net
                at_signature = strength
                collapse_left = 0.0
            small = large = 0.0
            if signed and not fighting:
                q = truce.credibility[d, still]
                if q != known:
                    known, deterred = q, deterrence(q, truce.honoured[d], truce.penalty[d])
                log_rebuilt = truce.log_rebuild[d] * done[age]
                pace = log_rebuilt - truce.eta[d] * math.log(max(strength / at_signature, LEAST_STRENGTH))
                z = standing(
                    truce.reference[d], truce.log_ratio[d], truce.terms[d], truce.felt[d], pace, deterred
                )
                part = clock[own[d], age]
                often = part * moved(truce.accident[d], truce.push[d], z) * grave
                small = truce.incident[d] * part * moved(truce.accident[d], truce.push_small[d], z)
                large = truce.offensive[d] * often
                to_break += truce.war[d] * often
                if to_break >= luck.breakdown[d]:
                    fighting = True
                    broke = float(week)
                    sent_home = home = max(at_signature - strength, 0.0)
                    if q > 0.0:
                        acted = 1.0 if luck.honour[d] < q else 0.0
                else:
                    age += 1
                    strength = truce_strength(strength, at_signature * truce.peacetime[d], truce.leaving[d])
                    least = min(least, strength)
            if ended:
                part = clock[own[d], quiet]
                small, large = war.peace[d, 0] * part, war.peace[d, 1] * part
                to_peace += war.peace[d, 2] * part
                quiet += 1
                if to_peace >= luck.peace[d]:
                    ended = False
                    may_end = False
            if ended or not fighting:
                # An incident or a limited offensive is so much of a week of war as its dead are of that week's.
                dead = max(war.claims[d, w] * war.dead[d], 1.0)
                incidents += small
                offensives += large
                gain = max(war.net[d, w], 0.0) * large * war.offensive_dead[d] / dead
                net += gain
                top = max(top, net)
                lost = (
                    (small * war.incident_dead[d] + large * war.offensive_dead[d]) / dead * war.claims[d, w]
                )
                attacker += lost * worth
                lost *= war.ratio[d] * war.bleeding[s, still]
                defender += lost * worth
                wounded[week] = lost
            else:
                war_weeks += 1
                to_end += war.end_rate[d]
                ended = may_end and to_end >= luck.end[d]
                rate = war.rate[d] * war.raising[s, still]
                pace = war.factor[s, still]
                absence = 1.0
                costs = 1.0
                if week < war.shaken[d] and not signed:
                    rate *= war.shock[d]
                    absence = war.absence[d]
                if signed:
                    renewed += 1
                    absence = renewal.absence[d]
                    help_ = truce.honoured[d] if acted == 1.0 and renewed > renewal.response[d] else 1.0
                    # What tempo renewed war has over the present: the line, what was rebuilt, how weak the defender is.
                    thin = math.log(max(strength / at_signature, LEAST_STRENGTH))
                    times = renewal.tempo[d] * math.exp(log_rebuilt - truce.eta[d] * thin)
                    if renewed <= renewal.mobilisation[d] - renewal.warning[d]:
                        times *= renewal.surprise[d]
                    times *= help_
                    pace *= times
                    costs = times ** war.follow[d]
                    rate *= renewal.shock[d] * help_
                if collapse_left > 0.0:
                    collapse_left -= 1.0
                elif spell < spells:
                    # The shortage that counts is that at the end of the week before, as in war/manpower.py.
                    to_collapse += rate * math.exp(war.kappa[d] * max(1.0 - strength, 0.0))
                    if to_collapse >= luck.collapse[d, spell]:
                        to_collapse = 0.0
                        spell += 1
                        collapse_left = war.length[d]
                gain = war.net[d, w]
                if gain > 0.0:
                    gain *= pace
                if collapse_left > 0.0:
                    gain = max(gain, 0.0) * war.speed[d]
                net += gain
                top = max(top, net)
                lost = war.claims[d, w] * costs
                attacker += lost * worth
                lost *= war.ratio[d] * war.bleeding[s, still]
                defender += lost * worth
                wounded[week] = lost
                back = wounded[week - war.lag[d]] if week >= war.lag[d] else before
                flow = war.recruits[d] / absence + (war.returned[d] * back - lost) / war.force[d]
                strength = max(strength * (1.0 - war.gone[d] * absence) + flow, 0.05)
                if signed and home > 0.0:
                    # Those sent home under the truce are called back, in equal parts over the weeks of mobilisation.
                    part = min(home, sent_home / max(renewal.mobilisation[d], 1.0))
                    strength += part
                    home -= part
                least = min(least, strength)
            if week == ends[horizon] - 1:
                out.net_km2[horizon, d] = net
                out.top_before[horizon, d] = top_before if signed else top
                out.top_after[horizon, d] = top - base if signed else 0.0
                out.net_signed[horizon, d] = base
                out.challenger_losses[horizon, d], out.defender_losses[horizon, d] = attacker, defender
                out.weeks_of_war[horizon, d], out.collapses[horizon, d] = war_weeks, spell
                out.broke_week[horizon, d], out.honoured[horizon, d] = broke, acted
                out.silent[horizon, d] = 1.0 if ended or not fighting else 0.0
                out.signed[horizon, d] = 1.0 if signed else 0.0
                out.strength_least[horizon, d] = least
                out.incidents[horizon, d], out.offensives[horizon, d] = incidents, offensives
                horizon += 1
