"""A small world for tests of courses: the invented case on its own ground, with drawn futures."""

from __future__ import annotations

import functools

import numpy as np

from contactline.case.clauses import Other
from contactline.case.debate import Values
from contactline.case.load import load_case
from contactline.case.scenario import FUTURES
from contactline.core.streams import Streams
from contactline.engine.futures import Futures, draw_futures
from contactline.engine.ground import measure_front
from contactline.support.adequacy import support
from contactline.truce.terms import apply_terms, proposal_named

SETS, WEEKS = 12, 156


def _proposals():
    case = load_case("borderland").case
    here = measure_front(load_case("borderland")).ground
    given = {p.id: apply_terms(case, p, here).given_up.sum() for p in case.proposals}
    return max(given, key=given.__getitem__), min(given, key=given.__getitem__)


HANDOVER, FREEZE = _proposals()


@functools.cache
def futures(seed: int = 0) -> Futures:
    """Futures with a made-up tempo: a slow random walk about 20 km² a week."""
    case = load_case("borderland").case
    draws = SETS * FUTURES
    rng = np.random.default_rng(seed)
    net = 20 + 15 * rng.standard_normal((draws, 1)) + 10 * rng.standard_normal((draws, WEEKS))
    claims = np.full((draws, WEEKS), 1000.0)
    return draw_futures(case, net, claims, support(case, "as_today", WEEKS), Streams(seed))


@functools.cache
def world():
    """Case, theatre, settlements (handover and freeze) and futures."""
    loaded = load_case("borderland")
    measured = measure_front(loaded)
    settlements = {
        "handover": apply_terms(loaded.case, proposal_named(loaded.case, HANDOVER), measured.ground),
        "freeze": apply_terms(loaded.case, proposal_named(loaded.case, FREEZE), measured.ground),
    }
    return loaded.case, measured.theatre, settlements, futures()


def values(outcome: str, better: str, vetoes: tuple[str, ...] = ()) -> Values:
    """A viewpoint that cares for one outcome alone."""
    attribute = {"outcome": outcome, "label": "x", "better": better, "weight_low": 1, "weight_high": 2, "scale": 10,
                 "sources": ["s"]}  # fmt: skip
    return Values.model_validate(
        {
            "actor": "south",
            "viewpoint": "one thing only",
            "attributes": [attribute],
            "vetoes": vetoes,
            "sources": ["s"],
        }
    )


def favour() -> Other:
    """A kind clause without any effect: the return of children, say."""
    return Other.model_validate(
        {"kind": "other", "topic": "children", "text": "Children are returned.", "sources": ["s"]}
    )
