"""Cross-checks of positions, stakes, the wedge and events: names that resolve, days up to the as-of date, one
position an actor, issue and day, and a stake for everyone who enters a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contactline.case.read import KeyPath, Problem
from contactline.case.schema import Case
from contactline.core.errors import nearest


def position_problems(case: Case) -> Iterator[Problem]:
    """Every violation among issues, positions, stakes, wedge and events."""
    yield from _names(case)
    yield from _positions(case)
    yield from _stakes(case)
    yield from _wedge(case)
    yield from _events(case)


def _names(case: Case) -> Iterator[Problem]:
    """Every actor, issue, capability and support path that these records name exists; ids stand once."""
    for key, ids in (("issues", [i.id for i in case.issues]), ("events", [e.id for e in case.events])):
        for i, name in enumerate(ids):
            if name in ids[:i]:
                yield Problem((key, i, "id"), f"{name!r} stands twice; each id may stand once")
    known = {
        "actor": [actor.id for actor in case.actors],
        "issue": [issue.id for issue in case.issues],
        "capability": [capability.id for capability in case.capabilities],
        "support path": [path.id for path in case.support_paths],
    }
    for path, kind, name in _pointers(case):
        if name not in known[kind]:
            yield Problem(path, _unknown(kind, name, known[kind]))


def _pointers(case: Case) -> Iterator[tuple[KeyPath, str, str]]:
    for i, position in enumerate(case.positions):
        if case.issues:
            yield ("positions", i, "issue"), "issue", position.issue
    for i, stake in enumerate(case.stakes):
        yield ("stakes", i, "actor"), "actor", stake.actor
        for j, issue in enumerate(stake.issues):
            yield ("stakes", i, "issues", j), "issue", issue
    if case.wedge is not None:
        yield ("wedge", "donor"), "actor", case.wedge.donor
        for i, actor in enumerate(case.wedge.others):
            yield ("wedge", "others", i), "actor", actor
        for i, issue in enumerate(case.wedge.issues):
            yield ("wedge", "issues", i), "issue", issue
        if case.wedge.support_path is not None:
            yield ("wedge", "support_path"), "support path", case.wedge.support_path
    for i, event in enumerate(case.events):
        if event.capability is not None:
            yield ("events", i, "capability"), "capability", event.capability


def _unknown(kind: str, name: str, allowed: Iterable[str]) -> str:
    known = sorted(allowed)
    near = nearest(name, known)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known[:12]) or 'none'}"
    return f"unknown {kind} {name!r}; {hint}"


def _positions(case: Case) -> Iterator[Problem]:
    """One position an actor, issue and day; a number needs the scale of its issue and somebody's stake."""
    seen: set[tuple[object, ...]] = set()
    weighed = {stake.actor for stake in case.stakes}
    scaled = {issue.id for issue in case.issues if issue.scaled}
    for i, position in enumerate(case.positions):
        key = (position.actor, position.issue, position.day)
        if key in seen:
            yield Problem(
                ("positions", i, "day"),
                f"{position.actor!r} has two positions on {position.issue!r} of {position.day}; keep one",
            )
        seen.add(key)
        if position.position is None:
            continue
        if position.issue not in scaled:
            yield Problem(
                ("positions", i, "position"),
                f"a number on {position.issue!r}, which has no scale; say under `issues` what `low` and `high` mean",
            )
        elif position.actor not in weighed:
            yield Problem(
                ("positions", i, "position"),
                f"a number for {position.actor!r}, who has no stake; add salience and leverage under `stakes`",
            )


def _stakes(case: Case) -> Iterator[Problem]:
    """One stake an actor and issue, and none that leaves a numbered position without weight."""
    seen: set[tuple[str, str]] = set()
    for i, stake in enumerate(case.stakes):
        for issue in stake.issues or ("",):
            if (stake.actor, issue) in seen:
                where = f"on {issue!r}" if issue else "on all issues"
                yield Problem(("stakes", i, "actor"), f"{stake.actor!r} has two stakes {where}; keep one")
            seen.add((stake.actor, issue))
    general = {actor for actor, issue in seen if not issue}
    weighed = {stake.actor for stake in case.stakes}
    for i, position in enumerate(case.positions):
        counted = position.position is not None and position.actor in weighed
        if counted and position.actor not in general and (position.actor, position.issue) not in seen:
            yield Problem(
                ("positions", i, "issue"),
                f"{position.actor!r} has no stake on {position.issue!r}; add one, or one without `issues`",
            )


def _wedge(case: Case) -> Iterator[Problem]:
    if case.wedge is not None and case.wedge.donor in case.wedge.others:
        text = (
            f"{case.wedge.donor!r} is the donor and among the others; a split has two sides, keep it in one"
        )
        yield Problem(("wedge", "others"), text)


def _events(case: Case) -> Iterator[Problem]:
    for i, event in enumerate(case.events):
        if event.start > case.as_of:
            text = f"got {event.start}, after as_of {case.as_of}; a case holds nothing later. Remove it"
            yield Problem(("events", i, "start"), text)
        elif event.end is not None and event.end > case.as_of:
            text = f"got {event.end}, after as_of {case.as_of}; leave `end` out for a shock that goes on. Remove it"
            yield Problem(("events", i, "end"), text)
