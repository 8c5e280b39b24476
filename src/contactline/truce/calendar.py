"""What time brings to a guarantee: changes of government, crises elsewhere, forfeiture.

A successor's stance is drawn and may be firmer or weaker than the signatory's. Two kinds of crisis tie a guarantor
down: another theatre, and a market downturn at home. A clause that revokes the promise is one incident away, and one
reading of it, from ending the guarantee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numba import njit

from contactline.case.pledges import PoliticalEvent
from contactline.core.dates import DAYS_PER_WEEK, WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError


@dataclass(frozen=True)
class PledgeLuck:
    """What is drawn for guarantees beside beliefs, one row a draw, shared by every guarantee and course of action.

    change : ndarray[draw, event], uniform: the government falls if below the event's chance; stance : ndarray[draw,
    event], standard normal; forfeit : ndarray[draw], unit exponential. Columns follow the case's calendar, and a last
    one serves a term that a guarantee names itself. ceded : ndarray[draw], logit, constant within a belief set: what
    the analogues say of terms that hand over prepared defences
    """

    change: np.ndarray
    stance: np.ndarray
    forfeit: np.ndarray
    ceded: np.ndarray

    def of(self, draws: slice | np.ndarray) -> PledgeLuck:
        """The luck of some of the draws."""
        return PledgeLuck(self.change[draws], self.stance[draws], self.forfeit[draws], self.ceded[draws])


def stance_steps(
    events: Sequence[PoliticalEvent],
    columns: Sequence[int],
    shift: np.ndarray,
    spread: np.ndarray,
    luck: PledgeLuck | None,
    as_of: date,
) -> list[tuple[float, np.ndarray]]:
    """Steps of a guarantor's stance, in order of time : list of (week, ndarray[draw] change of the logit).

    At an event with a change of government a seat moves to weight · (shift + spread · stance), wherever it stood;
    without one it stays. columns : of the luck, one an event; shift, spread : ndarray[draw], logit. Without luck the
    seat moves by what is expected.
    """
    steps = []
    held: dict[str, np.ndarray] = {}
    for event, column in sorted(zip(events, columns, strict=True), key=lambda pair: pair[0].day):
        before = held.get(event.seat, np.zeros(len(shift)))
        if luck is None:
            after = before + event.chance * (event.weight * shift - before)
        else:
            moved = event.weight * (shift + spread * luck.stance[:, column])
            after = np.where(luck.change[:, column] < event.chance, moved, before)
        held[event.seat] = after
        steps.append(((event.day - as_of).days / DAYS_PER_WEEK, after - before))
    return steps


def crisis_weeks(
    rate: np.ndarray, length: np.ndarray | float, luck: np.ndarray, upper: bool = False
) -> np.ndarray:
    """Weeks in which a crisis runs : ndarray[draw, week] bool.

    rate : ndarray[draw], arrivals a year; length : weeks on average; luck : ndarray[draw, week] uniform. Arrival and
    end are geometric in weeks and read one end of the luck: low values, or `upper` ones, so that two kinds of crisis
    can share it. They then never begin in the same week, which at these rates is the only trace of the sharing.
    """
    arrives = -np.expm1(-rate / WEEKS_PER_YEAR)
    ends = np.minimum(1.0 / np.broadcast_to(np.asarray(length, dtype=float), rate.shape), 1.0)
    found: np.ndarray = _spells(arrives, ends, luck, upper)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _spells(arrives: np.ndarray, ends: np.ndarray, luck: np.ndarray, upper: bool) -> np.ndarray:
    """crisis_weeks from chances a week to begin and to end : ndarray[draw] each."""
    running = np.empty(luck.shape, dtype=np.bool_)
    for d in range(luck.shape[0]):
        on = False
        for week in range(luck.shape[1]):
            chance = 1.0 - luck[d, week] if upper else luck[d, week]
            on = chance >= ends[d] if on else chance < arrives[d]
            running[d, week] = on
    return running


def survives(
    rate: np.ndarray, luck: PledgeLuck | None, weeks: int, signed: np.ndarray | int = 0
) -> np.ndarray:
    """Whether a revocable guarantee is still in force : ndarray[draw, week], 0 or 1, or the chance of it without luck.

    rate : ndarray[draw], forfeitures a year; signed : week of signature. A higher rate never forfeits later.
    """
    age = np.maximum(np.arange(weeks) - np.reshape(signed, (-1, 1)), 0.0) / WEEKS_PER_YEAR
    if luck is None:
        chance: np.ndarray = np.exp(-rate[:, None] * age)
        return chance
    cumulated = rate[:, None] * age
    found: np.ndarray = (cumulated < luck.forfeit[:, None]).astype(float)
    return found


def needed(beliefs: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The draws of a belief that a guarantee calls for : ndarray[draw], in its unit.

    Raises UnknownNameError where they were not drawn.
    """
    if name not in beliefs:
        raise UnknownNameError("belief", name, beliefs)
    return beliefs[name]
