"""What the support of a case must satisfy beyond single fields: substitution without cycles, counts of one vintage,
paths whose cuts meet a donor, and a path as today that changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from contactline.case.read import KeyPath, Problem
from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.case.supply import ALLOCATIONS_FROM, Amount, Capability, SupportCut, SupportPath
from contactline.core.errors import nearest


def supply_problems(case: Case) -> Iterator[Problem]:
    """Every violation in capabilities and support paths, in the order of the file."""
    for i, capability in enumerate(case.capabilities):
        at: KeyPath = ("capabilities", i)
        yield from _stand_ins(capability, at)
        yield from _vintages(capability, at)
        yield from _leftover_stock(capability, at)
    for i, path in enumerate(case.support_paths):
        yield from path_problems(case, path, ("support_paths", i), names=False)


def path_problems(
    case: Case, path: SupportPath, at: KeyPath = (), *, names: bool = True
) -> Iterator[Problem]:
    """What is wrong with one support path, one of a case or of a user's file: unknown names, cuts that meet nothing.

    names : also look for unknown capabilities and actors (a case's are looked up with all its other names).
    """
    if path.id == AS_TODAY and path.cuts:
        yield Problem((*at, "cuts"), f"{AS_TODAY!r} is the baseline and has no cuts; give them another id")
    actors = {actor.id for actor in case.actors}
    donors = {d.actor for c in case.capabilities for d in c.donors}
    for j, cut in enumerate(path.cuts):
        here: KeyPath = (*at, "cuts", j)
        if names:
            yield from _unknown_capabilities(case, cut, here)
        if cut.actor in donors:
            yield from _cuts_nothing(case, cut, here)
        elif names or cut.actor in actors:
            told = _told(cut.actor, sorted(donors), "donors")
            yield Problem((*here, "actor"), f"{cut.actor!r} supplies nothing in this case; {told}")


def _unknown_capabilities(case: Case, cut: SupportCut, here: KeyPath) -> Iterator[Problem]:
    known = [c.id for c in case.capabilities]
    for name in cut.capabilities:
        if name not in known:
            told = _told(name, known, "known")
            yield Problem((*here, "capabilities"), f"unknown capability {name!r}; {told}")


def _cuts_nothing(case: Case, cut: SupportCut, here: KeyPath) -> Iterator[Problem]:
    """Capabilities of the cut to which its actor gives nothing."""
    gives = {c.id: any(d.actor == cut.actor for d in c.donors) for c in case.capabilities}
    has = ", ".join(sorted(name for name, given in gives.items() if given))
    for name in cut.capabilities:
        if not gives.get(name, True):
            yield Problem(
                (*here, "capabilities"),
                f"{cut.actor!r} is no donor of {name!r}, so the cut would change nothing; it supplies {has}",
            )


def _told(name: str, allowed: Collection[str], what: str) -> str:
    """The nearest of what is allowed, else all of it."""
    near = nearest(name, allowed)
    return f"did you mean {' or '.join(near)}?" if near else f"{what} are {', '.join(sorted(allowed))}"


def cycle_of(capability: Capability) -> list[str]:
    """Donors who, each for the next, stand in for one another in a circle; empty if nobody does."""
    goes_to = {d.actor: d.substitutes_for for d in capability.donors if d.substitute_share > 0}
    for start in goes_to:
        trail, stack = [start], [iter(goes_to[start])]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                trail.pop()
            elif step == start:
                return [*trail, start]
            elif step in goes_to and step not in trail:
                trail.append(step)
                stack.append(iter(goes_to[step]))
    return []


def _stand_ins(capability: Capability, at: KeyPath) -> Iterator[Problem]:
    donors = [d.actor for d in capability.donors]
    for j, donor in enumerate(capability.donors):
        for name in donor.substitutes_for:
            if name not in donors:
                yield Problem(
                    (*at, "donors", j, "substitutes_for"),
                    f"{name!r} is no donor of {capability.id!r}, so nobody can stand in for it; "
                    f"donors are {', '.join(donors)}",
                )
        if donor.substitutes_for and donor.substitute_share == 0:
            yield Problem(
                (*at, "donors", j, "substitute_share"),
                f"{donor.actor!r} stands in for {', '.join(donor.substitutes_for)} with a share of 0; "
                "give substitute_share above 0 or leave substitutes_for out",
            )
    circle = cycle_of(capability)
    if circle:
        yield Problem(
            (*at, "donors"),
            f"substitution goes in a circle: {' stands in for '.join(circle)}; each counts on the other, so nobody "
            "would stand in if they stopped together. Keep one direction",
        )


def _vintages(capability: Capability, at: KeyPath) -> Iterator[Problem]:
    """Counts of before and after Kiel's change of measure may not stand side by side."""
    dated: list[tuple[str, Amount]] = []
    for donor in capability.donors:
        for stage in ("promised", "allocated", "delivered"):
            amount = getattr(donor, stage)
            if amount is not None and amount.as_of is not None:
                dated.append((f"{donor.actor}'s {stage}", amount))
    old = [(name, a.as_of) for name, a in dated if a.as_of is not None and a.as_of < ALLOCATIONS_FROM]
    new = [(name, a.as_of) for name, a in dated if a.as_of is not None and a.as_of >= ALLOCATIONS_FROM]
    if old and new:
        yield Problem(
            (*at, "donors"),
            f"vintages are mixed: {old[0][0]} is of {old[0][1]} and {new[0][0]} of {new[0][1]}; in April 2024 Kiel's "
            "tracker went from commitments to allocations, so numbers of both sides of that month do not compare. "
            "Take all from one side",
        )


def _leftover_stock(capability: Capability, at: KeyPath) -> Iterator[Problem]:
    if capability.stock is not None and capability.kind == "pressure":
        yield Problem((*at, "stock"), "pressure cannot be stored; remove the stock")
