"""The compiled loop that lives one course of action week by week, one trajectory per thread.

A trajectory is FIGHTING or in a TRUCE. Every random number comes in from outside and is shared by all courses, so
two courses differ only by what they do. Kept to one function body: helpers that take arrays pay reference counts.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def live(
    accepts: bool, net: np.ndarray, share: np.ndarray, factor: np.ndarray, raiser: np.ndarray, claims: np.ndarray,
    ratio: np.ndarray,
    rate: np.ndarray, collapse_speed: np.ndarray, collapse_weeks: np.ndarray, collapse_luck: np.ndarray,
    shock: np.ndarray, truce_losses: np.ndarray, static: np.ndarray, guarantee_effect: np.ndarray,
    credibility: np.ndarray, breakdown_luck: np.ndarray, honour_luck: np.ndarray,
    renewed: np.ndarray, honoured_tempo: np.ndarray,
    end_rate: np.ndarray, end_luck: np.ndarray, peace_static: np.ndarray, peace_luck: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Outcomes of one course : ndarray[draw, 11].

    net : [draw, week] km² gained by the challenger a week while fighting; share : [draw, week] part of it in the
    main region; factor : [week] or [draw, week] support's factor on tempo (given as [draw, week])
    raiser : [draw, week] factor on the rate of collapses (the defender's shortage of people)
    claims : [draw, week] attacker's killed and wounded a week of fighting; ratio : [draw] defender's per attacker's
    rate : [draw] collapses a week; collapse_speed, collapse_weeks : [draw]; collapse_luck : [draw, spell] unit
    exponentials; shock : [draw] factor on the rate in renewed war; truce_losses : [draw] share of losses under truce
    static, guarantee_effect : [draw]; credibility : [draw, week]; breakdown_luck : [draw] exponential;
    honour_luck : [draw] uniform; renewed : [draw] factor on tempo in renewed war; honoured_tempo : [draw]
    end_rate : [draw] chance a week that fighting ends on the line then reached; end_luck : [draw] exponential
    peace_static : [draw] log weekly hazard of such a peace without terms; peace_luck : [draw] exponential. A peace
    that breaks is war again, which then lasts to the horizon.

    Columns: 0 km² gained in the main region, 1 km² gained elsewhere, 2 the largest cumulated main gain, 3 the largest
    cumulated gain elsewhere, 4 attacker's losses, 5 defender's losses, 6 weeks of war, 7 collapses,
    8 week of breakdown (−1: none), 9 invoked and honoured (1), invoked and not (0), not invoked (−1),
    10 whether the guns are silent at the horizon: in a truce, or after fighting that ended by itself.
    """
    draws, weeks = net.shape
    spells = collapse_luck.shape[1]
    out = np.zeros((draws, 11))
    for d in prange(draws):
        fighting = not accepts
        main = other = main_top = other_top = attacker = defender = 0.0
        war_weeks = spell = 0
        cumulated_truce = cumulated_collapse = 0.0
        collapse_left = 0.0
        tempo_factor = 1.0
        rate_factor = 1.0
        broke, acted = -1.0, -1.0
        cumulated_end = 0.0
        cumulated_peace = 0.0
        ended = False
        may_end = True
        for week in range(weeks):
            if not fighting:
                cumulated_truce += math.exp(static[d] + guarantee_effect[d] * credibility[d, week])
                if cumulated_truce >= breakdown_luck[d]:
                    fighting = True
                    broke = float(week)
                    tempo_factor = renewed[d]
                    rate_factor = shock[d]
                    if credibility[d, week] > 0.0:
                        acted = 0.0
                        if honour_luck[d] < credibility[d, week]:
                            acted = 1.0
                            tempo_factor *= honoured_tempo[d]
                            rate_factor *= honoured_tempo[d]
                else:
                    attacker += truce_losses[d] * claims[d, week]
                    defender += truce_losses[d] * claims[d, week] * ratio[d]
                    continue
            if ended:
                cumulated_peace += math.exp(peace_static[d])
                if cumulated_peace >= peace_luck[d]:
                    ended = False
                    may_end = False
            if ended:
                attacker += truce_losses[d] * claims[d, week]
                defender += truce_losses[d] * claims[d, week] * ratio[d]
                continue
            war_weeks += 1
            cumulated_end += end_rate[d]
            ended = may_end and cumulated_end >= end_luck[d]
            if collapse_left > 0.0:
                collapse_left -= 1.0
            elif spell < spells:
                cumulated_collapse += rate[d] * rate_factor * factor[d, week] * raiser[d, week]
                if cumulated_collapse >= collapse_luck[d, spell]:
                    cumulated_collapse = 0.0
                    spell += 1
                    collapse_left = collapse_weeks[d]
            gain = net[d, week]
            # A stronger challenger gains faster but does not lose faster: factors act on gains only.
            if gain > 0.0:
                gain *= tempo_factor * factor[d, week]
            if collapse_left > 0.0:
                gain = max(gain, 0.0) * collapse_speed[d]
            main += gain * share[d, week]
            other += gain * (1.0 - share[d, week])
            main_top = max(main_top, main)
            other_top = max(other_top, other)
            attacker += claims[d, week]
            defender += claims[d, week] * ratio[d]
        out[d, 0], out[d, 1], out[d, 2], out[d, 3] = main, other, main_top, other_top
        out[d, 4], out[d, 5], out[d, 6], out[d, 7] = attacker, defender, war_weeks, spell
        out[d, 8], out[d, 9] = broke, acted
        out[d, 10] = 1.0 if ended or not fighting else 0.0
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def left_behind(
    effort: np.ndarray, resistance: np.ndarray, norm: np.ndarray,
    open_km2: np.ndarray, built_km2: np.ndarray, people: np.ndarray, belt_km2: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """What lies in the cells that an effort has taken : ndarray[draw, 3], km², people, belt km².

    effort : [draw], km² of average captured ground; resistance, norm : [draw]; the other arrays [cell + 1] are
    cumulated in the order of fall, beginning with 0. A cell partly paid for counts in part.
    """
    draws, cells = effort.size, open_km2.size
    out = np.zeros((draws, 3))
    for d in range(draws):
        want = max(effort[d], 0.0) * norm[d]
        low, high = 0, cells - 1
        while low < high:  # the last cell whose cumulated cost is within the effort
            middle = (low + high + 1) // 2
            if open_km2[middle] + resistance[d] * built_km2[middle] <= want:
                low = middle
            else:
                high = middle - 1
        part = 0.0
        if low + 1 < cells:
            here = open_km2[low] + resistance[d] * built_km2[low]
            step = open_km2[low + 1] + resistance[d] * built_km2[low + 1] - here
            part = (want - here) / step if step > 0.0 else 0.0
        after = min(low + 1, cells - 1)
        out[d, 0] = (1 - part) * (open_km2[low] + built_km2[low]) + part * (
            open_km2[after] + built_km2[after]
        )
        out[d, 1] = (1 - part) * people[low] + part * people[after]
        out[d, 2] = (1 - part) * belt_km2[low] + part * belt_km2[after]
    return out
