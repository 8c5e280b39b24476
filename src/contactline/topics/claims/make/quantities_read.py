"""Quantities that stand in one row of a table, as declarations: the row, the columns, the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.quantities import Named
from contactline.choice.claims import Known
from contactline.core.frame import Table
from contactline.topics.claims.make.quantity_parts import POINT, RANGE, Material, Read, point
from contactline.topics.fighting.schema import GAIN_FAN, LOSSES_FAN, OBJECTIVES, THREATS
from contactline.topics.support.schema import SUPPORT_FRONTIER
from contactline.topics.truce.schema import TRUCE


@dataclass(frozen=True)
class Standing:
    """A quantity that stands in a table; its unit is that of its family, which a test compares with the columns'.

    where : column → value of the row; columns : the figure alone, or lower end, central value and upper end
    label : what it is. In all three the slots of the quantity's name may stand, such as {weeks}; in the label also the
    row's columns, {challenger}, and {side_name} for a slot {side}
    """

    table: Table
    where: Mapping[str, str]
    columns: tuple[str, ...]
    label: str
    spans: str = POINT

    def __call__(self, material: Material, named: Named) -> Read:
        """Read off a run. Raises NoValueError where it lacks the table or the row."""
        case, slots = material.case, named.slots
        wanted: dict[str, object] = {}
        for column, text in self.where.items():
            declared, value = self.table.column(column), text.format(**slots)
            wanted[column] = int(value) if declared is not None and declared.kind == "whole" else value
        row = material.rows(self.table, **wanted).iloc[0]
        values = [float(row[column.format(**slots)]) for column in self.columns]
        beyond = (
            Known(*(np.inf if value != value else value for value in values)) if len(values) == 3 else None
        )
        sides = {side.id: side.name for side in case.sides}
        words = {
            "challenger": case.challenger.name,
            "side_name": sides.get(slots.get("side", "")),
            **row,
            **slots,
        }
        return self.label.format(**words), named.family.unit, beyond or point(values[0]), self.spans


HEADLINE = {"objective": "{objective}", "model": "headline"}
AS_WRITTEN = {"proposal": "{proposal}", "variant": "as_written"}
PAIRED = "90% range of the simulation, paired draw by draw"
MIDDLE = ("q10", "q50", "q90")

STANDING: Mapping[str, Standing] = {
    "objective.{objective}.km2_left": Standing(
        OBJECTIVES, HEADLINE, ("km2_remaining",), "{name}: not held by {challenger}"
    ),
    "objective.{objective}.attacker_losses": Standing(
        OBJECTIVES,
        HEADLINE,
        ("attacker_losses_q10", "attacker_losses_q50", "attacker_losses_q90"),
        "killed and wounded of {challenger} on the whole front until {name} is taken",
        f"{RANGE} of the draws in which it is taken",
    ),
    "gain.next_{weeks}_weeks": Standing(
        GAIN_FAN,
        {"model": "headline", "week": "{weeks}"},
        MIDDLE,
        "net gain of {challenger} in the next {weeks} weeks, fighting on",
        RANGE,
    ),
    "losses.{side}.next_{weeks}_weeks": Standing(
        LOSSES_FAN,
        {"side": "{side}", "kind": "killed_wounded", "week": "{weeks}"},
        MIDDLE,
        "killed and wounded of {side_name} in the next {weeks} weeks, fighting on",
        RANGE,
    ),
    "surrounded.{objective}.p_{weeks}": Standing(
        THREATS,
        {"objective": "{objective}", "week": "{weeks}"},
        ("p_surrounded",),
        "{name} is surrounded within {weeks} weeks",
    ),
    # A chance averages over the beliefs already: their spread is no second uncertainty of it.
    "truce.{proposal}.p_hold_{weeks}": Standing(
        TRUCE, AS_WRITTEN, ("p_hold_{weeks}",), "a truce on “{name}”, as written, holds for {weeks} weeks"
    ),
    "truce.{proposal}.credibility": Standing(
        TRUCE,
        AS_WRITTEN,
        ("credibility_q10", "credibility_mean", "credibility_q90"),
        "the guarantor acts if “{name}” is broken at once",
        RANGE,
    ),
    "support.{path}.gain_difference": Standing(
        SUPPORT_FRONTIER,
        {"path": "{path}"},
        ("gain_diff_low", "gain_diff", "gain_diff_high"),
        "mean net gain in two years: “{name}”, less that with support as today",
        PAIRED,
    ),
    "support.{path}.collapse_difference": Standing(
        SUPPORT_FRONTIER,
        {"path": "{path}"},
        ("collapse_diff_low", "collapse_diff", "collapse_diff_high"),
        "chance of a collapse of the line in two years: “{name}”, less that with support as today",
        PAIRED,
    ),
}
"""Template of a family → where its value stands."""
