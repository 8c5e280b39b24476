"""The design of a run: every belief drawn once, stratified over all belief sets. Chance is drawn apart (luck.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.beliefs import HasQuantile, sample_beliefs
from contactline.case.labels import credibility_belief, elasticity_belief, pledge_belief
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.past import FITTED, quantiles_of
from contactline.support.adequacy import sample_elasticities
from contactline.truce.breakdown import READINGS
from contactline.truce.guarantee import base_credibility
from contactline.war.source_bias import measured_beliefs


@dataclass(frozen=True)
class Design:
    """What each belief set holds.

    columns : belief → ndarray[set], in its unit; reading : ndarray[set] int8, which published reading of what makes
    peace last the set believes (truce/breakdown.py, READINGS)
    """

    columns: Mapping[str, np.ndarray]
    reading: np.ndarray


@dataclass(frozen=True)
class _Measured:
    """A measured distribution in a belief's place."""

    quantile: Callable[[np.ndarray], np.ndarray]


@node("design")
def DESIGN(reads: Reads) -> Design:
    """Every belief of the case, drawn: one column a belief, stratified within it (case/beliefs.py)."""
    case, sets, streams = reads["case"], reads["sets"], Streams(reads["seed"])
    loaded = reads["loaded"]
    measured = measured_beliefs(loaded.evidence("losses"), case) if loaded is not None else {}
    if "given.measured" in reads:
        measured = reads["given.measured"]
    return design_of(case, sets, streams, {**measured, **quantiles_of(reads.of(FITTED))})


def design_of(
    case: Case, sets: int, streams: Streams, measured: Mapping[str, Callable[[np.ndarray], np.ndarray]]
) -> Design:
    """The design for a number of belief sets.

    measured : belief → quantile function of chances ndarray[set] that takes the place of the case's distribution
    (war/source_bias.py)
    Raises UnknownNameError for one that the case does not draw.
    """
    sampled: dict[str, HasQuantile] = {belief.name: belief for belief in case.beliefs}
    for name, found in measured.items():
        if name not in sampled:
            raise UnknownNameError("belief", name, sampled)
        sampled[name] = _Measured(found)
    columns = sample_beliefs(sampled, sets, streams)
    for guarantee in case.guarantees:
        name = credibility_belief(guarantee.id) if guarantee.stated else pledge_belief(guarantee.id)
        columns[name] = base_credibility(guarantee, sets, streams)
    for capability, column in sample_elasticities(case, sets, streams).items():
        columns[elasticity_belief(capability)] = column
    # A third of the belief sets each, in random order, so that none of the readings is over-represented by luck.
    reading = streams.rng("truce.reading").permutation(np.arange(sets) % len(READINGS))
    return Design(columns, reading.astype(np.int8))


def slices(stream: str, sets: int, streams: Streams) -> np.ndarray:
    """One probability in each of `sets` equal slices, in the order of a stream : ndarray[set]."""
    rng = streams.rng(stream)
    found: np.ndarray = (rng.permutation(sets) + rng.random(sets)) / sets
    return found
