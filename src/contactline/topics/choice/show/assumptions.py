"""Key assumptions checked, and what would change the picture: the beliefs that carry the verdict, from saved tables.

Each has an owner, what happens at either end of its range, and the evidence to watch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from contactline.core.frame import Table
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import HINGES, VERDICT
from contactline.topics.choice.show.page import brief, centre_rows, moving_beliefs, points_words
from contactline.topics.sensitivity.schema import FLIPS, SOBOL
from contactline.topics.showing.judgements import focus_proposal, percent, proposal_name
from contactline.topics.showing.precision import of_cases, sets_of
from contactline.topics.showing.summary import shown_range, turns_at
from contactline.topics.truce.schema import AIMS, MORALE, READINGS, TIMING, TRUCE
from contactline.topics.trust.schema import ASSUMPTIONS
from contactline.topics.words import listed


@dataclass(frozen=True)
class KeyAssumption:
    """A belief that carries the verdict: whose it is, what carries it, what if it is wrong, what to watch."""

    label: str
    present: str
    owner: str
    carries: str
    if_wrong: str
    watch: str


def key_assumptions(assessment: Assessment) -> list[KeyAssumption]:
    """The beliefs that carry the verdict on the proposal in focus, those that move most first."""
    return [*_belief_assumptions(assessment), *_reading_assumptions(assessment)]


def would_change(assessment: Assessment) -> list[str]:
    """What would change the picture, in one line each: evidence, a clause, a refusal met, time."""
    found = (
        _evidence(assessment),
        _clause(assessment),
        _refusal(assessment),
        _time(assessment),
    )
    return [brief(assessment, line) for line in found if line]


def _belief_assumptions(assessment: Assessment, most: int = 8) -> list[KeyAssumption]:
    """Beliefs of tables flips, hinges and sobol, by the largest swing anywhere."""
    flips, hinges = (assessment.tables.rows(table) for table in (FLIPS, HINGES))
    if not flips.empty:
        whose = {
            f"{row.name}: {row.values}" for row in centre_rows(assessment) if row.deciding and row.default
        }
        flips = flips[flips["viewpoint"].isin(whose)]
    frames = [frame for frame in (flips, hinges) if not frame.empty]
    if not frames:
        return []
    every = pd.concat(frames, ignore_index=True)
    every["swing"] = (every["share_high"] - every["share_low"]).abs()
    order = every.groupby("belief")["swing"].max().sort_values(ascending=False, kind="stable")
    owners = _owners(assessment)
    rows = []
    for belief in list(order.index)[:most]:
        own = every[every["belief"] == belief].sort_values("swing", ascending=False, kind="stable")
        top = own.iloc[0]
        rows.append(
            KeyAssumption(
                label=brief(assessment, str(top["label"])),
                present=shown_range(top["present_low"], top["present_high"], str(top["unit"])),
                owner=owners.get(str(belief), "published sources"),
                carries=_carries(assessment, str(belief)),
                if_wrong=_if_wrong(top, sets_of(assessment)),
                watch=str(top["watch"]) or "no evidence named",
            )
        )
    return rows


def _if_wrong(row: pd.Series, sets: int) -> str:
    whose = row.get("viewpoint")
    who = f" ({whose.partition(':')[0]})" if isinstance(whose, str) and whose else ""
    low, high = (of_cases(row[end], sets) for end in ("share_low", "share_high"))
    return f"low: accepting better in {low}, high: in {high}{who}; {turns_at(row)}"


def _carries(assessment: Assessment, belief: str) -> str:
    """Which analyses name the belief, and for whom."""
    parts = []
    flips = assessment.tables.rows(FLIPS)
    if not flips.empty:
        deciding = {
            f"{row.name}: {row.values}" for row in centre_rows(assessment) if row.deciding and row.default
        }
        named = set(flips.loc[flips["belief"] == belief, "viewpoint"]) & deciding
        who = {str(v).partition(":")[0] for v in named}
        if who:
            parts.append(f"moves the view of {listed(sorted(who))}")
    if belief in set(assessment.tables.rows(HINGES)["belief"]):
        parts.append("a hinge of the defender's choice")
    sobol = assessment.tables.rows(SOBOL)
    if not sobol.empty:
        own = sobol[(sobol["belief"] == belief) & sobol["found"]]
        if not own.empty:
            parts.append(f"up to {percent(float(own['total'].max()))} of the variance")
    return "; ".join(parts)


def _reading_assumptions(assessment: Assessment) -> list[KeyAssumption]:
    """Morale, aims and readings: assumptions whose effect is tabled by switching them."""
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = []
    owners = _owners(assessment)
    morale = _about(assessment, MORALE, focus)
    if {"believed", "off", "strong"} <= set(morale.get("setting", ())):
        share = morale.set_index("setting")["share_accept"].map(
            lambda v: of_cases(float(v), sets_of(assessment))
        )
        rows.append(
            KeyAssumption(
                "Imposed terms shake the morale of those who must keep them", "as believed",
                owners.get("truce.morale_collapse", "contactline developers"), "the truce after a signature",
                f"no shock: accepting better in {share['off']}; strong: in {share['strong']}; as believed: "
                f"{share['believed']}",
                _watch_of(assessment, "truce.morale_collapse"),
            )
        )  # fmt: skip
    aims = _about(assessment, AIMS, focus)
    if len(aims) > 1:
        low, high = aims.iloc[0], aims.iloc[-1]
        rows.append(
            KeyAssumption(
                "What the other side is after", f"widest aims in {percent(float(high['p_aim']))} of draws",
                owners.get("truce.maximal_aims", "contactline developers"), "whether a truce holds",
                f"narrowest aims: holds five years in {percent(float(low['p_hold_260']))} of draws; widest: in "
                f"{percent(float(high['p_hold_260']))}",
                _watch_of(assessment, "truce.maximal_aims"),
            )
        )  # fmt: skip
    readings = _about(assessment, READINGS, focus)
    if len(readings) > 1:
        held = readings.sort_values("p_hold_260")
        low, high = held.iloc[0], held.iloc[-1]
        rows.append(
            KeyAssumption(
                "Which study of what makes peace last is right", "a third of the draws each", "the studies' authors",
                "whether a truce holds",
                f"{low['label']}: holds five years in {percent(float(low['p_hold_260']))} of draws; "
                f"{high['label']}: in {percent(float(high['p_hold_260']))}",
                "how long agreements of this kind last",
            )
        )  # fmt: skip
    return rows


def _about(assessment: Assessment, table: Table, proposal: str) -> pd.DataFrame:
    rows = assessment.tables.rows(table)
    return rows[rows["proposal"] == proposal]


def _owners(assessment: Assessment) -> dict[str, str]:
    table = assessment.tables.rows(ASSUMPTIONS)
    return dict(zip(table["name"], table["owner"], strict=True))


def _watch_of(assessment: Assessment, belief: str) -> str:
    table = assessment.tables.rows(ASSUMPTIONS)
    own = list(table.loc[table["name"] == belief, "watch"])
    return str(own[0]) if own and own[0] else "no evidence named"


def _evidence(assessment: Assessment) -> str:
    """The belief that turns or moves the defender's view most, and what to watch for it."""
    defender = assessment.case.defender.id
    row = next((r for r in centre_rows(assessment) if r.actor == defender and r.default), None)
    moving = None if row is None else moving_beliefs(assessment, row.name, row.values)
    if moving is None or moving.empty:
        return ""
    turning = moving[moving["flip_value"].notna()]
    top = (turning if not turning.empty else moving).iloc[0]
    most = "" if not turning.empty else "it moves the choice most, though "
    return f"Evidence on “{top['label']}” ({most}{turns_at(top)}). Watch: {top['watch'] or 'none named'}"


def _clause(assessment: Assessment) -> str:
    """The one changed term that moves the truce's chance to hold three years most."""
    focus = focus_proposal(assessment.case, assessment.tables)
    own = _about(assessment, TRUCE, focus)
    if len(own) < 2:
        return ""
    written = float(own.loc[own["variant"] == "as_written", "p_hold_156"].iloc[0])
    changed = own[own["variant"] != "as_written"]
    top = changed.iloc[int((changed["p_hold_156"] - written).abs().argmax())]
    return (
        f"One term changed: {top['label']}, a truce on “{proposal_name(assessment.case, focus)}” holds three years in "
        f"{percent(float(top['p_hold_156']))} of draws instead of {percent(written)}."
    )


def _refusal(assessment: Assessment) -> str:
    """The points that viewpoints refuse at any price."""
    table = assessment.tables.rows(VERDICT)
    focus = focus_proposal(assessment.case, assessment.tables)
    own = table[(table["proposal"] == focus) & (table["refuses"] != "")]
    if own.empty:
        return ""
    names = listed([f"“{r.values}” ({r.actor_name})" for r in own.itertuples(index=False)])
    plural = "s" if len(own) > 1 else ""
    return (
        f"Dropping {points_words(str(own['refuses'].iloc[0]))} of “{proposal_name(assessment.case, focus)}”, which the "
        f"viewpoint{plural} {names} refuse{'' if plural else 's'} at any price."
    )


def _time(assessment: Assessment) -> str:
    """How far apart a year's more fighting and signing now are."""
    focus = focus_proposal(assessment.case, assessment.tables)
    own = _about(assessment, TIMING, focus)
    own = own[(own["week"] == 52) & (own["terms"] == "same")] if not own.empty else own
    if own.empty or not math.isfinite(float(own["p_better_than_now"].iloc[0])):
        return ""
    share = percent(float(own["p_better_than_now"].iloc[0]))
    return f"Time: a year's wait for the same terms is better for the defender under {share} of beliefs."
