"""What guarantees must satisfy beyond single fields: known guarantors and a calendar ahead of the as-of date."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from contactline.case.pledges import PledgeRecord
from contactline.case.read import Problem
from contactline.case.schema import Case
from contactline.core.errors import nearest

RESTRAINT = "truce.restraint_shift"
"""One guarantor's own restraint stands under this name, a dot, and the id of the actor."""


def pledge_problems(case: Case) -> Iterator[Problem]:
    """Every violation in guarantees, calendar and per-guarantor beliefs."""
    yield from _guarantees(case)
    yield from _calendar(case)
    ids = [event.id for event in case.calendar]
    for i, event in enumerate(ids):
        if event in ids[:i]:
            yield Problem(("calendar", i, "id"), f"{event!r} stands twice; each id may stand once")
    actors = [actor.id for actor in case.actors]
    for i, belief in enumerate(case.beliefs):
        if belief.name.startswith(f"{RESTRAINT}."):
            actor = belief.name.removeprefix(f"{RESTRAINT}.")
            if actor not in actors:
                yield Problem(
                    ("beliefs", i, "name"),
                    f"{belief.name!r} names no actor of the case{_hint(actor, actors)}",
                )
            elif belief.unit != "logit":
                yield Problem(("beliefs", i, "unit"), f"got {belief.unit!r}; the engine reads it in 'logit'")


def with_records(case: Case) -> Case:
    """The case with every guarantee knowing the record it is judged by."""
    record = PledgeRecord(analogues=case.analogues, calendar=case.calendar, post_1945=case.as_of.year > 1945)
    return case.model_copy(update={"guarantees": tuple(g.judged_by(record) for g in case.guarantees)})


def _guarantees(case: Case) -> Iterator[Problem]:
    for i, guarantee in enumerate(case.guarantees):
        if guarantee.credibility is not None:
            low, high = (float(guarantee.credibility.quantile(np.array(p))) for p in (0.0, 1.0))
            if low < 0 or high > 1:
                yield Problem(
                    ("guarantees", i, "credibility"),
                    f"reaches from {low:g} to {high:g}; allowed for a share or a chance is 0 to 1. "
                    "Use kind beta, or uniform within 0 and 1",
                )
        if guarantee.term_ends is not None and guarantee.term_ends <= case.as_of:
            yield Problem(
                ("guarantees", i, "term_ends"),
                f"got {guarantee.term_ends}, not after as_of {case.as_of}: that government has left already",
            )
        if guarantee.form == "none" and guarantee.revoked_by:
            yield Problem(("guarantees", i, "revoked_by"), "form none promises nothing that could be revoked")


def _calendar(case: Case) -> Iterator[Problem]:
    actors = [actor.id for actor in case.actors]
    weights: dict[tuple[str, str], float] = {}
    for i, event in enumerate(case.calendar):
        if event.guarantor not in actors:
            yield Problem(
                ("calendar", i, "guarantor"),
                f"unknown actor {event.guarantor!r}{_hint(event.guarantor, actors)}",
            )
        if event.day <= case.as_of:
            yield Problem(
                ("calendar", i, "day"),
                f"got {event.day}, not after as_of {case.as_of}; the calendar holds what is still to come",
            )
        if weights.setdefault((event.guarantor, event.seat), event.weight) != event.weight:
            yield Problem(("calendar", i, "weight"), f"seat {event.seat!r} has two weights; give it one")
    for guarantor in {name for name, _ in weights}:
        total = sum(weight for (name, _), weight in weights.items() if name == guarantor)
        if total > 1 + 1e-9:
            yield Problem(
                ("calendar",),
                f"weights of the seats of {guarantor!r} add up to {total:g}; allowed is at most 1",
            )


def _hint(name: str, allowed: list[str]) -> str:
    near = nearest(name, allowed)
    return f"; did you mean {' or '.join(near)}?" if near else f"; known are {', '.join(sorted(allowed))}"
