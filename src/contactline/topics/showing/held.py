"""Beliefs that the reader holds, in words."""

from __future__ import annotations

from contactline.case.labels import belief_labels
from contactline.case.scenario import Value
from contactline.case.schema import Case
from contactline.topics.showing.summary import shown, shown_range


def held_words(case: Case, name: str, value: Value | None) -> str:
    """ "0.2 per year", "10% to 30%": what a belief is held at; "as the case says" where it is not."""
    unit = belief_labels(case)[name].unit if name in belief_labels(case) else ""
    if value is None:
        return "as the case says"
    return shown_range(*value, unit) if isinstance(value, tuple) else shown(value, unit)


def held_sentence(case: Case, held: tuple[tuple[str, Value], ...]) -> list[str]:
    """The beliefs held in one sentence; none where none is."""
    if not held:
        return []
    said = "; ".join(f"{name} at {held_words(case, name, value)}" for name, value in held)
    return [f"Held by the reader, whatever the case says: {said}."]


def price_sentence(prices: tuple[tuple[str, tuple[float, float, float]], ...]) -> list[str]:
    """What the reader prices in one sentence; none where nothing is. prices : ACTOR:OUTCOME → (low, high, per), units
    of value for `per` more of the outcome, in its unit"""
    if not prices:
        return []
    said = "; ".join(f"{name} {low:g} to {high:g} per {per:g}" for name, (low, high, per) in prices)
    return [f"Priced by the reader, in units of value: {said}."]
