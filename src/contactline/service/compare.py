"""Two runs of one case beside each other: what was asked differently, and what moved, largest first.

Two scales meet in one order. A share or a chance counts by how good a share of the smaller run is (95%), an amount by
the width of its 80% range: a move of 1 is one of these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contactline.case.scenario import Scenario
from contactline.core import notebook
from contactline.core.errors import InputError
from contactline.core.output import finite_or_none
from contactline.core.rounding import number, points, share, short
from contactline.service.run_figures import SHARE, RunFigure, figures
from contactline.service.runs import saved_run
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.choice.schema import HINGES
from contactline.topics.proposals.schema import DEALS
from contactline.topics.showing.held import held_words
from contactline.topics.showing.precision import error_of_share, in_points, sets_of

TOLD = 6
"""Moves that are told in sentences."""
SMALL = 1e-8
"""What counts as no move, as a part of the value: a saved figure has nine digits."""


@dataclass(frozen=True)
class Setting:
    """One thing that was asked differently, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Moved:
    """One figure that moved.

    before, after : in `unit` ("share" for shares and chances); NaN beyond the horizon
    size : the move over the tolerance of a share, or the width of the 80% range; inf without one
    """

    topic: str
    key: tuple[str, ...]
    what: str
    unit: str
    before: float
    after: float
    size: float

    @property
    def shown(self) -> tuple[str, str, str]:
        """Before, after and the difference in words."""
        values = [_shown(value, self.unit, (self.before, self.after)) for value in (self.before, self.after)]
        change = self.after - self.before
        if math.isnan(change):
            return values[0], values[1], "–"
        sign = "+" if change > 0 else "−"
        by = f"{points(abs(change))} points" if self.unit == SHARE else short(abs(change))
        return values[0], values[1], f"{sign}{by}"

    @property
    def sentence(self) -> str:
        """The move in a sentence."""
        before, after, _ = self.shown
        verb = (
            "goes"
            if math.isnan(self.after - self.before)
            else "rises"
            if self.after > self.before
            else "falls"
        )
        unit = "" if self.unit == SHARE else f" {self.unit}"
        return f"{self.what[0].upper()}{self.what[1:]} {verb} from {before} to {after}{unit}."


@dataclass(frozen=True)
class Comparison:
    """Two runs of a case: how they were made, what was asked differently, what moved, what only one of them has.

    tolerance : 95% error of a share in the smaller run; alone : sentences on figures that one run has alone
    """

    title: str
    before: RunInfo
    after: RunInfo
    settings: tuple[Setting, ...]
    moved: tuple[Moved, ...]
    alone: tuple[str, ...]
    compared: int
    tolerance: float

    @property
    def scale(self) -> str:
        """How moves are put in order, in a sentence."""
        return (
            "Size: a share or chance counts by how good a share is in a run of this size "
            f"({in_points(self.tolerance)}), an amount by the width of its 80% range; 1 is as much as that."
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The largest moves in plain sentences; one sentence where nothing moved."""
        if not self.moved:
            return (f"Nothing moved: all {self.compared} figures that both runs hold are the same.",)
        return tuple(one.sentence for one in self.moved[:TOLD])

    def as_record(self) -> dict[str, Any]:
        """Plain data; a missing value or a size without a scale is None."""
        return {
            "case": self.before.case_id,
            "before": self.before.as_record(),
            "after": self.after.as_record(),
            "settings": [asdict(one) for one in self.settings],
            "moved": [
                asdict(one)
                | {name: finite_or_none(getattr(one, name)) for name in ("before", "after", "size")}
                for one in self.moved
            ],
            "alone": list(self.alone),
            "compared": self.compared,
            "tolerance": self.tolerance,
            "scale": self.scale,
            "sentences": list(self.sentences),
        }

    def __repr__(self) -> str:
        return notebook.line("Comparison", f"{self.before.case_id}, {self._about()}")

    def _repr_html_(self) -> str:
        rows = [(one.shown[2], one.what) for one in self.moved]
        asked = [f"{one.name}: {one.before} → {one.after}." for one in self.settings]
        return notebook.html(self.title, self._about(), rows, [*asked, *self.alone, self.scale])

    def _about(self) -> str:
        return f"{len(self.moved)} of {self.compared} figures moved, {len(self.settings)} settings differ"


def compare(before: Assessment | str | Path, after: Assessment | str | Path) -> Comparison:
    """What moved from one run to another of the same case, each an assessment or the folder of a saved one.

    Raises InputError for runs of different cases.
    """
    one, two = (run if isinstance(run, Assessment) else saved_run(Path(run)) for run in (before, after))
    if one.run.case_id != two.run.case_id:
        raise InputError(
            f"the runs are of two cases, {one.run.case_id!r} and {two.run.case_id!r}; allowed are two runs of one case."
        )
    first, second = figures(one), figures(two)
    tolerance = error_of_share(min(sets_of(one), sets_of(two)))
    both = [key for key in first if key in second]
    moved = [found for key in both if (found := _moved(first[key], second[key], tolerance)) is not None]
    moved.sort(key=lambda found: -found.size)
    return Comparison(
        one.case.title, one.run, two.run, tuple(_settings(one, two)), tuple(moved), tuple(_alone(first, second)),
        len(both), tolerance,
    )  # fmt: skip


def _moved(before: RunFigure, after: RunFigure, tolerance: float) -> Moved | None:
    a, b = float(before.value), float(after.value)
    if a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= SMALL * max(abs(a), abs(b)):
        return None
    scale = tolerance if after.unit == SHARE else max(before.spread, after.spread)
    size = abs(b - a) / scale if scale > 0 and math.isfinite(b - a) else math.inf
    return Moved(after.topic, after.key, after.what, after.unit, a, b, size)


def _alone(
    first: dict[tuple[str, ...], RunFigure], second: dict[tuple[str, ...], RunFigure]
) -> Iterator[str]:
    """What only one of the runs has: beliefs that decide, by name; other figures by their number."""
    for which, own, other in (("first", first, second), ("second", second, first)):
        lone = [figure for key, figure in own.items() if key not in other]
        beliefs = list(dict.fromkeys(figure.key[-1] for figure in lone if figure.topic == HINGES))
        if beliefs:
            yield f"Beliefs that decide in the {which} run alone: {', '.join(beliefs)}."
        rest = [figure for figure in lone if figure.topic != HINGES]
        if rest:
            topics = ", ".join(dict.fromkeys(figure.topic for figure in rest))
            yield f"Figures that the {which} run has alone: {len(rest)} ({topics})."


def _settings(one: Assessment, two: Assessment) -> Iterator[Setting]:
    """What was asked differently: data, version, numbers, proposals, and beliefs held."""
    a, b = one.run, two.run
    pairs: list[tuple[str, ...]] = [
        ("case digest", a.case_digest[:16], b.case_digest[:16]),
        ("version", a.version, b.version),
        ("as of", str(a.as_of), str(b.as_of)),
        ("seed", str(a.seed), str(b.seed)),
        ("draws", f"{a.draws:,}", f"{b.draws:,}"),
        ("weeks", str(a.horizon_weeks), str(b.horizon_weeks)),
        ("support path", a.support_path, b.support_path),
        ("proposals", _proposals(one), _proposals(two)),
    ]
    mine, theirs = dict(a.held), dict(b.held)
    for name in sorted(mine | theirs):
        if mine.get(name) != theirs.get(name):
            said = (held_words(one.case, name, own.get(name)) for own in (mine, theirs))
            pairs.append((f"held: {name}", *said))
    pairs += [
        (what, _named(a.scenario, what), _named(b.scenario, what)) for what in ("levers", "prices", "models")
    ]
    yield from (Setting(*pair) for pair in pairs if pair[1] != pair[2])


def _proposals(run: Assessment) -> str:
    return ", ".join(dict.fromkeys(run.tables.rows(DEALS)["proposal"])) or "none"


def _named(scenario: Scenario | None, what: str) -> str:
    pairs = getattr(scenario, what) if scenario is not None else ()
    return ", ".join(f"{name} {value}" for name, value in pairs) or "as the case says"


def _shown(value: float, unit: str, both: tuple[float, float]) -> str:
    if math.isnan(value):
        return "beyond the horizon"
    if unit == SHARE:
        return share(value) if abs(both[0] - both[1]) >= 0.01 else f"{100 * value:.2f}%"
    return number(value, *sorted(both))
